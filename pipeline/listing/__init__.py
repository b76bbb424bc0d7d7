"""Who is listed: the rules that a company sets, and the selection by these rules."""
