"""Calls of Python functions: Fibonacci numbers the slow way."""


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def program():
    return fib(23)
