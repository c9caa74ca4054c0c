"""State machines of AWS Step Functions, run in this process: the part of the Amazon States Language that ours use.

It is our reading of the language (https://states-language.net/spec.html) and of the service's limits, not the service.
What it does not know is an error, so that a template that uses more does not pass by accident.
"""
