"""The rectified flow of cut-outs, told what it paints."""
