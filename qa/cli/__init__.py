"""The commands of the shell: what each does (commands), and the options and errors they share (options)."""
