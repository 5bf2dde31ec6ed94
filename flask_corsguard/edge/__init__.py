"""A policy, compiled to the configuration of an engine in front of the application, and the proof of it.

Read it in this order. ``places`` is what is exported. ``paths``, ``origins``, ``answers`` and ``guard`` are
the intermediate form, one question each, and ``rules`` are the four together. ``interpreter`` defines what
they mean, and ``formats`` how an engine spells them. ``vectors`` and ``levels`` check whether an engine means
the same.
"""
