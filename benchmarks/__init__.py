"""Speed and memory of this library beside its peers, as ratios measured in one run.

    python -m benchmarks                    every workload
    python -m benchmarks list               what there is, and the goals
    python -m benchmarks run gmm memory     some of them
    python -m benchmarks --json FILE        the numbers for another program

Absolute times belong to one machine and one hour; a ratio of two times measured alternately in one process
survives a change of both. So every workload is run by every contestant (this library, the derivative written by
hand in NumPy, and HIPS autograd, PyTorch, JAX and MyGrad where they are installed) in interleaved rounds
A B C A B C ..., and medians are compared. Nobody is timed before everybody agrees: where one derivative differs
from the one written by hand, the workload is an error and no number is printed for it.

    pip install -e ".[bench]"               installs the peers
"""
