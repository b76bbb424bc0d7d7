"""First offers: which action a list suggests first is drawn at random, so that it shows which action helps whom."""
