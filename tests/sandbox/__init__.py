"""The sandbox: both vendors played, and the page with the phones."""
