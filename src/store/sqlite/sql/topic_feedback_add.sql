UPDATE topic SET delivered = delivered + ?2, bounced = bounced + ?3, complained = complained + ?4,
    soft_bounced = soft_bounced + ?5, delayed = delayed + ?6, rejected = rejected + ?7,
    opened = opened + ?8, clicked = clicked + ?9, opened_by_person = opened_by_person + ?10,
    clicked_by_person = clicked_by_person + ?11, unsubscribed = unsubscribed + ?12, opens = opens + ?13,
    opens_by_person = opens_by_person + ?14, clicks = clicks + ?15, clicks_by_person = clicks_by_person + ?16
WHERE no = ?1;
