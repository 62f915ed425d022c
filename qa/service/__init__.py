"""What the page, HTTP and MCP share: the open index, its jobs, and uploads. No Gradio and no HTTP here."""
