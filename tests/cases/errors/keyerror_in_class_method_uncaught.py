# A program that works for most of its input and fails in a method of a nested object for the last.
from dataclasses import dataclass, field


@dataclass
class Rates:
    table: dict = field(default_factory=lambda: {"EUR": 1.0, "NOK": 0.085, "USD": 0.92})

    def convert(self, amount, currency):
        return amount * self.table[currency]


@dataclass
class Invoice:
    lines: list
    rates: Rates = field(default_factory=Rates)

    @property
    def total(self):
        return sum(self.rates.convert(amount, currency) for amount, currency in self.lines)


invoices = [Invoice([(100, "EUR"), (200, "NOK")]), Invoice([]), Invoice([(10, "USD"), (5, "GBP")])]
for number, invoice in enumerate(invoices, start=1):
    print(f"invoice {number}: {invoice.total:.2f} EUR from {len(invoice.lines)} lines")
print("never reached")

#=> invoice 1: 117.00 EUR from 2 lines
#=> invoice 2: 0.00 EUR from 0 lines
#! KeyError: 'GBP'
#@ 25, 20, 20, 10
