"""What is refused when a policy is built: each check, and the spelling that works instead."""
