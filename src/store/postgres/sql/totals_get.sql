SELECT waiting, unsettled FROM totals WHERE one = 1;
