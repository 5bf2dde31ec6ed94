"""What applies where in an application, from the code that answers its requests."""
