"""The shortcut for arms without anything but members' own posts: same worlds, fewer steps. Only ``batch.py`` knows it."""
