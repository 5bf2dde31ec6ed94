"""A policy, compiled to the configuration of an engine in front of the application, and the proof of it.

Read it in this order: ``places`` (what is exported), ``paths``, ``origins``, ``answers`` and ``guard`` (the
intermediate form, one question each), ``rules`` (the four together), ``interpreter`` (what they mean),
``formats`` (how an engine spells them), ``vectors`` and ``levels`` (whether an engine means the same).
"""
