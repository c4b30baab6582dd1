"""What comes next of many series at once: members that forecast, their median, and intervals from past errors.

All arrays of a batch are (periods, series), aligned at their ends; each column is worked on by itself, in a fixed order
of additions, so that no column's forecast depends on its neighbours or on how many they are.
"""
