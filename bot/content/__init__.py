"""The operators' files, read and checked: rules and templates."""
