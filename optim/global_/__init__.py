"""Methods that look for the lowest of many minima. All random numbers come from one generator, which is passed in.

| method | searches by |
|---|---|
| `cma_es` | a normal distribution that learns the shape of the objective |
| `differential_evolution` | differences between the members of a population |
| `particle_swarm` | particles that remember their best and know their swarm's |
| `simulated_annealing` | steps that may go up, the less the cooler it gets |
| `basin_hopping` | local searches from perturbed minima |
| `multistart` | local searches from points spread over the box |
"""

from .cma import CMAES
from .cma_restarts import cma_es

__all__ = ["CMAES", "cma_es"]
