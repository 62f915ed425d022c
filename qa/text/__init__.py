"""Text as code points: sources, and the exact spans of their sentences, sections and passages."""
