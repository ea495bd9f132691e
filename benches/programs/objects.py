"""Classes, attributes and methods: a bank with many customers."""


class Account:
    def __init__(self, owner, balance):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        self.balance += amount

    @property
    def rich(self):
        return self.balance > 5000


class Savings(Account):
    rate = 0.01

    def deposit(self, amount):
        super().deposit(amount + amount * self.rate)


def program():
    accounts = [(Savings if n % 3 else Account)(f"customer {n}", n) for n in range(2000)]
    for round in range(20):
        for account in accounts:
            account.deposit(round)
    return sum(account.rich for account in accounts)
