UPDATE totals SET waiting = waiting + $1::bigint, unsettled = unsettled + $2::bigint WHERE one = 1;
