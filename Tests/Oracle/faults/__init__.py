"""What happens to dumps on their way to a disk, made on purpose, each with its right result."""
