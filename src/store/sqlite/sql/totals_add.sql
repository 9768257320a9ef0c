UPDATE totals SET waiting = waiting + ?1, unsettled = unsettled + ?2 WHERE one = 1;
