"""The command line: ``flask cors ...`` for an application of Flask's, ``corsguard ...`` for anything else."""
