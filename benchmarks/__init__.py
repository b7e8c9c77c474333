"""Benchmarks: what one act costs, beside the least it could cost. Run from the root: python -m benchmarks.step"""
