UPDATE topic SET delivered = delivered + $2::bigint, bounced = bounced + $3::bigint, complained = complained + $4::bigint,
    soft_bounced = soft_bounced + $5::bigint, delayed = delayed + $6::bigint, rejected = rejected + $7::bigint,
    opened = opened + $8::bigint, clicked = clicked + $9::bigint, opened_by_person = opened_by_person + $10::bigint,
    clicked_by_person = clicked_by_person + $11::bigint, unsubscribed = unsubscribed + $12::bigint, opens = opens + $13::bigint,
    opens_by_person = opens_by_person + $14::bigint, clicks = clicks + $15::bigint, clicks_by_person = clicks_by_person + $16::bigint
WHERE no = $1::bigint;
