"""What defeats a policy from outside: checks of an application, each of which warns with a remedy."""
