# A bank simulated with classes, properties, a seeded random transaction stream and an audit at the end.
import random
from dataclasses import dataclass, field


class InsufficientFunds(Exception):
    def __init__(self, account, amount):
        super().__init__(f"{account.owner} has {account.balance}, needs {amount}")
        self.shortfall = amount - account.balance


@dataclass
class Account:
    owner: str
    history: list[int] = field(default_factory=list)

    @property
    def balance(self):
        return sum(self.history)

    def withdraw(self, amount):
        if amount > self.balance:
            raise InsufficientFunds(self, amount)
        self.history.append(-amount)


class Bank:
    def __init__(self, *owners, opening=100):
        self.accounts = {owner: Account(owner, [opening]) for owner in owners}

    def transfer(self, source, target, amount):
        self.accounts[source].withdraw(amount)
        self.accounts[target].history.append(amount)


bank, rng, refused = Bank("ana", "bo", "cy"), random.Random(2024), []
for _ in range(200):
    source, target = rng.sample(sorted(bank.accounts), 2)
    try:
        bank.transfer(source, target, rng.randint(1, 80))
    except InsufficientFunds as exc:
        refused.append(exc.shortfall)
total = sum(account.balance for account in bank.accounts.values())
for account in sorted(bank.accounts.values(), key=lambda account: -account.balance):
    print(f"{account.owner:<4}{account.balance:>4}  {len(account.history)} entries, largest {max(account.history)}")
print(f"total {total}, refused {len(refused)}, worst shortfall {max(refused)}")
bank.transfer("bo", "ana", 1_000)

#=> ana  252  103 entries, largest 100
#=> cy    27  99 entries, largest 100
#=> bo    21  99 entries, largest 100
#=> total 300, refused 51, worst shortfall 68
#! InsufficientFunds: bo has 21, needs 1000
#@ 47, 32, 23
