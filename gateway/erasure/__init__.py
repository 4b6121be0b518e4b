"""Erasure (销毁): contents end with their keys, in their time or on order; that they existed stays provable."""
