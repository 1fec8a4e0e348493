"""How did the store's tables come to be? One file per revision in `versions`."""
