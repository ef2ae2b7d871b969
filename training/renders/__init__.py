"""The rendered bar: path-traced cocktails with everything known about every picture.

All but `scene.py` is plain numpy: Blender (`requirements.txt` here) is needed to render, and for nothing else.
"""
