# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a benchmark yields, and how it is shown.

A peer is measured alternately with us, in pairs, so that whatever else the machine does hits both. The ratio
is the median of the pairs' ratios: it says more than either figure."""

import dataclasses
import json
import math
import statistics


def p90(samples):
    """The nearest-rank 90th percentile."""
    return sorted(samples)[math.ceil(len(samples) * 0.9) - 1]


@dataclasses.dataclass
class Aim:
    """At most (or at least) so much, of the ratio to the peer or of the median."""
    bound: str  # "at most", "at least"
    value: float
    of: str = "ratio"  # "ratio": ours to the peer's; "speed": the peer's to ours; "median"

    def is_met(self, figure):
        value = figure.median if self.of == "median" else figure.ratio
        return value <= self.value if self.bound == "at most" else value >= self.value

    def __str__(self):
        unit = {"ratio": "x", "speed": "x faster", "median": ""}[self.of]
        return f"{self.bound} {self.value:g}{unit}"


@dataclasses.dataclass
class Figure:
    benchmark: str
    name: str
    unit: str
    samples: list
    peer: str = None
    peer_samples: list = None
    aim: Aim = None

    @property
    def median(self):
        return statistics.median(self.samples)

    @property
    def ratio(self):
        """How many times as much as the peer, or with a "speed" aim how many times as fast; None without a
        peer."""
        if not self.peer_samples:
            return None
        pairs = zip(self.samples, self.peer_samples)
        if self.aim and self.aim.of == "speed":
            return statistics.median(peer / ours for ours, peer in pairs)
        return statistics.median(ours / peer for ours, peer in pairs)

    def as_dict(self):
        d = {"benchmark": self.benchmark, "name": self.name, "unit": self.unit, "n": len(self.samples),
             "median": self.median, "p90": p90(self.samples)}
        if self.peer_samples:
            d["peer"] = {"name": self.peer, "n": len(self.peer_samples), "p90": p90(self.peer_samples),
                         "median": statistics.median(self.peer_samples)}
            d["ratio"] = self.ratio
        if self.aim:
            d["aim"] = {"of": self.aim.of, "bound": self.aim.bound, "value": self.aim.value,
                        "met": self.aim.is_met(self)}
        return d


def number(value):
    return f"{value:.0f}" if value >= 1000 or value == int(value) else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def show(figure):
    """Prints a figure as soon as it is there: two lines, one with a peer below."""
    amount = f"{number(figure.median)} {figure.unit}"
    spread = f"(p90 {number(p90(figure.samples))}, n {len(figure.samples)})" if len(figure.samples) > 1 else ""
    verdict = ""
    if figure.aim:
        verdict = f"aim {figure.aim}: {'met' if figure.aim.is_met(figure) else 'MISSED'}"
    print(f"  {figure.name:<52} {amount:>14}  {spread:<22}" + ("" if figure.peer_samples else verdict), flush=True)
    if figure.peer_samples:
        amount = f"{number(statistics.median(figure.peer_samples))} {figure.unit}"
        spread = f"(p90 {number(p90(figure.peer_samples))}, n {len(figure.peer_samples)})"
        speed = "x faster" if figure.aim and figure.aim.of == "speed" else "x"
        print(f"    {'beside ' + figure.peer:<50} {amount:>14}  {spread:<22}{figure.ratio:.2f}{speed}  {verdict}",
              flush=True)


def print_json(figures):
    print(json.dumps([figure.as_dict() for figure in figures], indent=2))
