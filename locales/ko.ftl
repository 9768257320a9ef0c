# 사람이 읽는 글을 한국어로. id와 값의 이름은 en.ftl과 같습니다. 이름이 -text로 끝나는 값은 그 자체가 이 목록의 글입니다.

# domain/src/feedback/fault.rs
the-message-is-no-event-of = 메시지가 SES 이벤트가 아닙니다: { $error }
subscribe-this-server-only-to-topics = docs/SES.md에 나온 대로 SES가 게시하는 주제만 이 서버로 구독하십시오
the-message-has-neither-eventtype = 메시지에 eventType도 notificationType도 없으므로 SES가 게시한 것이 아닙니다
it-has-no-headers-so-it = 헤더가 없으므로 메일이 아닙니다(RFC 5322)
its-part-for-machines-is-empty = 기계가 읽는 부분이 비어 있습니다
it-names-no-recipient-and-no = 수신자와 그 결과가 적혀 있지 않습니다
its-part-for-machines-holds-no = 기계가 읽는 부분에 필드가 없습니다
it-has-no-feedback-type = Feedback-Type이 없습니다
post-the-report-as-it-arrived = 보고서를 도착한 그대로 보내십시오: 모든 헤더를 포함한 메일 전체를 고치지 않고 보냅니다
the-mail-cannot-be-read-as = 메일을 보고서로 읽을 수 없습니다: { $why-text }
the-report-does-not-give-back = 보고서에 이 서버가 보낸 메일이 들어 있지 않습니다: { $delivery-header }도 이 서버의 Message-ID도 없습니다
nothing-to-do-for-mail-of = 다른 프로그램이 보낸 메일이면 할 일이 없습니다. 이 서버의 메일이면 릴레이가 적어도 헤더를 돌려주게 하십시오(RFC 3461, RET=HDRS)
the-mail-is-an-automatic-answer = 메일이 자동 회신(RFC 3834)이라 배달 여부를 알 수 없습니다
post-only-delivery-status = 배달 상태 알림(RFC 3464)과 피드백 보고서(RFC 5965)만 보내십시오
the-mail-is-a-report-of = 메일이 { $kind } 유형의 보고서이며, 이 유형은 읽지 않습니다
the-mail-is-no-report-it = 메일이 보고서가 아닙니다: message/delivery-status나 message/feedback-report 부분이 없습니다

# domain/src/idempotency.rs
the-key-must-be-1-to = 키는 공백 없는 ASCII 문자 1~{ $max-key }자여야 합니다
send-a-fresh-uuid-for-each = 새 요청마다 새 UUID를 보내고, 같은 요청을 되풀이할 때는 같은 값을 보내십시오

# domain/src/preflight/
warn-there-is-no-text-part-so = 텍스트 본문(text)이 없어 HTML로 만듭니다
warn-write-the-text-yourself-where = 문구가 중요하면 직접 적으십시오
warn-bulk-mail-without-list-unsubscribe = 대량 메일에 List-Unsubscribe가 없습니다. Gmail과 Yahoo가 요구하며, 수신을 거부할 수 없는 메일은 스팸으로 신고됩니다
warn-leave-the-link-of-this-server = 이 서버의 링크를 그대로 두거나 list.unsubscribe에 직접 만든 페이지를 지정하십시오
warn-the-mail-has-x-bytes-near = 인코딩한 메일 크기가 { $size }바이트이고, 제공자는 { $limit }바이트까지 받습니다
warn-link-to-large-files-in-place = 큰 파일은 첨부하지 말고 링크로 보내십시오
warn-the-html-has-x-bytes-and = HTML이 { $value }바이트입니다. Gmail은 앞부분 { $clipped }바이트쯤만 보여 줍니다
warn-make-it-shorter-or-move-styles = 줄이거나, 되풀이되는 스타일을 한곳에 모으십시오
warn-pictures-without-an-alt-text = 대체 텍스트(alt)가 없는 이미지: { $value }. 이미지를 불러오지 않거나 화면 낭독기를 쓰는 사람은 내용을 알 수 없습니다
warn-say-in-alt-what-each-shows = 이미지의 내용을 alt에 적으십시오. 장식일 뿐이면 alt=""로 둡니다
warn-links-that-lead-nowhere-because = 주소가 비어 있어 열리지 않는 링크: { $n }
warn-write-where-each-leads = 링크할 주소를 적거나 링크를 빼십시오
warn-links-without-a-host = 호스트가 없어 메일에서는 열리지 않는 링크: { $n }, 첫 번째는 { $link }
warn-write-whole-links-such-as = https://example.com/page처럼 링크 전체를 적으십시오
warn-links-that-mail-programs-remove = 스크립트를 실행하거나 데이터를 담고 있어 메일 프로그램이 지우는 링크: { $n }, 첫 번째는 { $link }
warn-link-to-a-page-instead = 웹 페이지 주소를 쓰십시오
warn-links-that-only-work-in = 내부 네트워크에서만 열리는 링크: { $n }, 첫 번째는 { $link }
warn-link-to-the-public-address = 페이지의 공개 주소를 쓰십시오
warn-links-that-cannot-be-read = 형식이 잘못된 링크: { $n }, 첫 번째는 { $link }
warn-correct-them-such-as-https = https://example.com/page처럼 고쳐 적으십시오
warn-links-through-a-url-shortener = 스팸 필터가 의심하는 단축 URL 링크: { $n }, 첫 번째는 { $link }
warn-link-to-the-page-itself = 페이지 주소로 바로 연결하거나, 소유한 도메인을 거치십시오

# domain/src/refusal.rs
there-is-no-such-x = 그런 { $what-text } 항목이 없습니다
list-what-exists-and-take-the = 목록을 조회해 { $what-text }의 id를 확인하십시오
nothing-was-stored-send-the-same = 저장된 것이 없습니다. 잠시 뒤 같은 Idempotency-Key로 같은 요청을 다시 보내십시오

# domain/src/address/fault.rs
the-address-is-empty = 주소가 비어 있습니다
give-an-address-such-as-name = name@example.com과 같은 주소를 적으십시오
there-is-no-in-it = @가 없습니다
x-is-not-a-domain-name = `{ $domain }`은(는) 도메인 이름이 아닙니다(UTS 46)
check-the-spelling-of-the-part = @ 뒤의 철자를 확인하십시오
it-holds-the-hangul-letter-x = 한글 낱자 { $character-text }이(가) 있습니다. 한글 입력 상태에서 친 것으로 보입니다
type-the-address-again-with-the = 영문 입력 상태로 바꾸어 주소를 다시 적으십시오
it-begins-with-mailto-which-belongs = 링크에 쓰는 `mailto:`로 시작합니다
give-the-address-alone = 주소만 적으십시오
it-holds-x-addresses = 주소가 { $ats }개 들어 있습니다
give-each-address-as-an-entry = 주소마다 항목을 하나씩 만드십시오
it-holds-a-display-name-or = 이름이나 꺾쇠괄호가 들어 있습니다
give-the-address-alone-and-the = 여기에는 주소만 적고, 이름은 이름 필드에 적으십시오
it-has-x-signs = @가 { $ats }개 있습니다
an-address-has-exactly-one-check = 주소에는 @가 하나만 있어야 합니다. 어느 것이 맞는지 확인하십시오
it-holds-the-control-character-x = 제어 문자 { $character-text }이(가) 있습니다
remove-it = 지우십시오
it-x-with-x = { $place-text }에 { $character-text }이(가) 있습니다
it-holds-x = { $character-text }이(가) 있습니다
it-holds-the-full-width-character = 전각 문자 { $character-text }이(가) 있습니다
type-the-ordinary-x = 반각 문자 `{ $narrow }`을(를) 쓰십시오
it-ends-with-x = `{ $c }`(으)로 끝납니다
it-holds-a-x = `{ $c }`이(가) 있습니다
write-a-dot-there-or-give = 그 자리에 점을 쓰거나, 주소마다 항목을 하나씩 만드십시오
give-an-address-without-quotation-marks = 따옴표 없는 주소를 적으십시오. 따옴표를 쓴 주소는 받지 않습니다
it-holds-quotation-marks = 따옴표가 있습니다
nothing-stands-before-the = @ 앞이 비어 있습니다
the-part-before-the-holds-x = @ 앞에 { $character-text }이(가) 있는데, 제공자는 이 자리에 ASCII 문자만 받습니다
ask-for-an-address-written-in = 로마자로 된 주소를 받으십시오
the-part-before-the-has-x = @ 앞이 { $value }바이트입니다
at-most-x-are-possible-rfc = { $max-local }바이트까지 쓸 수 있습니다(RFC 5321). 주소를 확인하십시오
the-part-before-the-begins-or = @ 앞이 점으로 시작하거나 끝나거나, 점이 이어져 있습니다
ask-for-another-address-receivers-and = 다른 주소를 받으십시오. 수신 서버와 제공자가 이런 주소를 거절합니다(RFC 5321)
the-part-before-the-holds-x-more = @ 앞에 `{ $value }`이(가) 있습니다
nothing-stands-after-the = @ 뒤가 비어 있습니다
an-ip-address-stands-after-the = @ 뒤에 IP 주소가 있습니다
give-the-domain-name-address-literals = 도메인 이름을 적으십시오. IP 주소 형식은 받지 않습니다
the-domain-holds-x = 도메인에 `{ $c }`이(가) 있습니다
a-domain-has-letters-digits-hyphens = 도메인에는 글자, 숫자, 하이픈, 점만 쓸 수 있습니다
the-domain-begins-with-a-dot = 도메인이 점으로 시작하거나, 점이 이어져 있습니다
remove-the-dot-that-is-too = 남는 점을 지우십시오
a-label-of-the-domain-has = 점으로 나뉜 도메인의 한 부분이 { $value }바이트입니다
at-most-x-are-possible-check = { $max-label }바이트까지 쓸 수 있습니다. 도메인을 확인하십시오
the-label-x-of-the-domain = 도메인의 `{ $label }` 부분이 하이픈으로 시작하거나 끝납니다
the-domain-x-has-no-dot = 도메인 `{ $domain }`에 점이 없습니다
give-the-whole-domain-such-as = example.com과 같이 도메인 전체를 적으십시오
the-domain-ends-with-x-which = 도메인이 최상위 도메인이 아닌 `.{ $last }`(으)로 끝납니다
it-must-end-with-two-letters = .com이나 .kr처럼 두 글자 이상의 최상위 도메인으로 끝나야 합니다
at-most-x-are-possible-rfc-5321 = { $max-address }바이트까지 쓸 수 있습니다(RFC 5321). 주소가 하나인지 확인하십시오
it-has-x-bytes = { $length }바이트입니다
x-if-x-is-meant-send = { $otherwise-text }. `{ $address }`이(가) 맞다면 그렇게 보내십시오
a-space = 공백
a-tab = 탭
a-line-break = 줄바꿈
a-no-break-space = 줄바꿈 없는 공백
a-full-width-space = 전각 공백
a-zero-width-space = 폭 없는 공백
a-byte-order-mark = 바이트 순서 표식
an-invisible-character = 보이지 않는 문자
x-x = `{ $c }`(U+{ $code })
x-x-more = { $name-text }(U+{ $code })

# domain/src/address/mailbox.rs
it-has-a-without-a = `<` 없이 `>`만 있습니다
the-name-beside-the-address-x = 주소와 함께 적은 이름: { $fault-text }
the-name-before-the-address-holds = 주소 앞의 이름에 따옴표로 묶지 않은 `{ $c }`이(가) 있습니다
something-stands-between-the-quoted-name = 따옴표로 묶은 이름과 주소 사이에 다른 것이 있습니다
the-quotation-mark-before-the-name = 이름 앞의 따옴표가 닫히지 않았습니다
write-name-example-com-name-name = name@example.com, 이름 <name@example.com>, "이름, 따옴표" <name@example.com> 가운데 한 형식으로 적으십시오

# domain/src/mime/header.rs
remove-it-and-set-the-field = 지우고 `from` 필드를 쓰십시오
remove-it-and-set-the-field-recipients = 지우고 `recipients` 필드를 쓰십시오. 함께 받는 한 통이면 `to`를 씁니다
remove-it-and-set-the-field-cc = 지우고 `cc` 필드를 쓰십시오
remove-it-and-set-the-field-bcc = 지우고 `bcc` 필드를 쓰십시오. 헤더에 넣으면 수신자가 모두에게 보입니다
remove-it-and-set-the-field-reply = 지우고 `reply_to` 필드를 쓰십시오
remove-it-and-set-the-field-subject = 지우고 `subject` 필드를 쓰십시오
remove-it-and-set-the-field-text = 지우고 `text`나 `html` 필드를 쓰십시오. 파트와 인코딩은 그것을 보고 정합니다
remove-it-and-set-the-field-tags = 지우고 `tags` 필드나 설정의 제공자 항목을 쓰십시오
remove-it-it-is-written-for = 지우십시오. 접수된 시각으로 모든 메일에 들어갑니다
remove-it-it-is-written-for-every = 지우십시오. 발송의 id로 모든 메일에 들어갑니다
remove-it-it-is-written-for-every-mail = 지우십시오. 모든 메일에 들어갑니다
remove-it-it-is-written-for-every-mail-by = 지우십시오. 이 서버가 모든 메일에 넣는 이름입니다. 다른 접두사를 쓰십시오
remove-it-only-mail-servers-write = 지우십시오. 메일 서버만 쓰는 헤더입니다
remove-it-only-the-receiving-server = 지우십시오. 수신 서버만 쓰는 헤더입니다
remove-it-the-provider-signs-the = 지우십시오. 서명은 제공자가 합니다
remove-it-only-forwarding-servers-write = 지우십시오. 전달 서버만 쓰는 헤더입니다
remove-it-a-mail-sent-here = 지우십시오. 여기서 보내는 메일은 재전송된 메일이 아닙니다
the-header-x-has-no-value = 헤더 `{ $name }`에 값이 없습니다
give-a-value-or-leave-the = 값을 적거나 헤더를 빼십시오
the-value-of-x-has-a = `{ $name }`의 값에 한 줄({ $max-line }바이트)에 들어가지 않는 긴 단어가 있습니다
shorten-the-word-or-put-spaces = 단어를 줄이거나, 줄을 나눌 수 있는 곳에 공백을 넣으십시오
it-holds-an-encoded-word-rfc = 이미 인코딩된 단어(`=?…?=`, RFC 2047)가 있습니다
give-the-text-itself-in-utf = UTF-8로 된 원래 글을 그대로 보내십시오. 인코딩은 메일을 만들 때 합니다
a-header-has-no-name = 헤더에 이름이 없습니다
give-its-name-such-as-x = X-Campaign과 같은 이름을 적으십시오
a-header-name-has-x-bytes = 헤더 이름이 { $value }바이트입니다
at-most-x-are-possible = { $max-name }바이트까지 쓸 수 있습니다
a-header-name-holds-x = 헤더 이름에 { $character-text }이(가) 있습니다
use-printable-ascii-without-spaces-and = 공백과 쌍점을 뺀 ASCII 문자를 쓰십시오
the-header-x-is-not-the = 헤더 `{ $name }`은(는) 직접 정할 수 없습니다
it-holds-the-line-break-x = 줄바꿈 { $character-text }이(가) 있습니다
write-it-on-one-line = 한 줄로 적으십시오
sender = 발신자
the-header-x-is-given-twice = 헤더 `{ $name }`이(가) 두 번 있습니다. 메일 한 통에 한 번만 쓸 수 있습니다
leave-one-of-them = 하나만 남기십시오
x-does-not-say-what-it = `{ $auto-submitted }`에 쓸 수 없는 값입니다(RFC 3834)
use-auto-generated-auto-replied-or = `auto-generated`나 `auto-replied`를, 사람이 쓴 메일이면 `no`를 쓰십시오
remove-it-only-the-receiving-server-writes = 지우십시오. 수신 서버만 쓰는 헤더이며, 있으면 같은 메일이 되돌아온 것으로 처리합니다
remove-it-bounces-go-to-the = 지우십시오. 반송 메일은 봉투 발신자에게 갑니다

# domain/src/mime/tag.rs
a-tag-x-has-x-bytes = 태그의 { $part-text }이(가) { $value }바이트입니다
give-1-to-x = 1~{ $max-tag }바이트로 적으십시오
a-tag-x-holds-x = 태그의 { $part-text }에 { $character-text }이(가) 있습니다
use-latin-letters-digits-and-only = 로마자, 숫자, `_`, `-`만 쓰십시오. SES는 다른 문자를 받지 않습니다
the-tag-x-is-this-server = 태그 `{ $name }`은(는) 이 서버가 쓰는 이름입니다
choose-a-name-that-does-not = `jebi-`로 시작하지 않는 이름을 쓰십시오

# domain/src/mime/thread.rs
x-holds-something-else-than-ids = `{ $name }`에 꺾쇠괄호로 묶은 id가 아닌 것이 있습니다
x-holds-an-id-that-is = `{ $name }`에 꺾쇠괄호가 닫히지 않은 id가 있습니다
x-holds-an-id-with-x = `{ $name }`의 id에 { $character }이(가) 있습니다
x-holds-x-which-is-not = `{ $name }`의 `<{ $id }>`은(는) <왼쪽@오른쪽> 형식이 아닙니다
give-ids-as-they-stand-in = Message-ID에 있는 그대로 <id@example.com>처럼 적고, 여럿이면 공백으로 띄우십시오

# src/app.rs
the-store-does-not-work-x = 저장소를 쓸 수 없습니다: { $why-text }
cannot-listen-on-x-x-free = { $address }에서 접속을 받을 수 없습니다: { $source }. 그 포트를 비우거나 SERVER_HOST와 SERVER_PORT를 바꾸십시오
jwt-secret-is-not-set-so = JWT_SECRET: 지정되지 않아 토큰을 확인할 수 없습니다. 서버와 같은 값을 지정하십시오

# src/cli/client.rs
there-is-no-database-x-run = 데이터베이스 { $file }이(가) 없습니다. 서버를 실행하는 곳에서 실행하거나 서버와 같은 DATABASE_URL을 지정하십시오
its-control-socket-x-x = 제어 소켓 { $value }: { $error }
the-process-that-has-x-open = { $file }을(를) 열고 있는 프로세스에 접속할 수 없습니다({ $why-text }). 서버를 실행하는 사용자로 실행하거나, JEBI_API_KEY와 서버의 SERVER_HOST, SERVER_PORT를 지정하십시오
the-process-that-has-x-open-tls = { $file }을(를) 열고 있는 프로세스에 접속할 수 없습니다({ $why-text }). 명령은 서버의 HTTPS 포트를 쓰지 않습니다. 서버를 실행하는 사용자로 실행하거나, 다른 클라이언트로 API를 호출하십시오
no-server-answers-at-its-control = 제어 소켓 { $value }에서 응답하는 서버가 없습니다({ $error }). 서버를 실행하는 곳에서 그 사용자로 실행하십시오
the-request-cannot-be-written-x = 요청을 쓸 수 없습니다: { $e }
the-answer-cannot-be-read-x = 응답을 읽을 수 없습니다: { $e }
the-server-at-x-does-not = { $place }의 서버가 응답하지 않습니다: { $e }
the-server-at-x-broke-the = { $place }의 서버가 연결을 끊었습니다: { $e }

# src/cli/failure.rs
the-server-answered-x-which-this = 서버가 { $status }(으)로 응답했는데, 이 명령이 모르는 응답입니다
the-server-answer-has-no-number = 서버의 응답에 숫자 { $name }이(가) 없습니다. 이 버전의 제비가 맞습니까?

# src/cli/key.rs
key-x-is-revoked = { $id }번 키를 폐기했습니다
key-x-x-is-made-keep = { $value }번 키({ $name })를 만들었습니다. 다시 보여 주지 않으니 보관하십시오

# src/cli/migrate.rs
the-schema-is-up-to-date = 스키마가 최신입니다
x-pending = { $migration }: 적용 대기
x-applied = { $migration }: 적용함

# src/cli/mod.rs
the-runtime-could-not-be-started = 실행 환경을 시작할 수 없습니다: { $e }

# src/cli/ready.rs
the-server-has-not-answered-within = 서버가 { $value }초 안에 응답하지 않았습니다
ready = 준비되었습니다

# src/cli/release.rs
the-store-is-not-held-there = 저장소가 보류 상태가 아니므로 해제할 것이 없습니다
held-since-x-x = { $value }부터 보류: { $why-text }
released-recipients-now-unsettled-x-waiting = 해제했습니다. 결과를 알 수 없게 된 수신자: { $value }, 대기하다가 제때 보낼 수신자: { $second }
yes-is-needed-where-nobody-can = --yes: 물어볼 사람이 없는 곳에서는 꼭 필요합니다. 이 저장소의 원본이 더는 보내지 않는다면 넣으십시오
bulk-mail-that-waits-will-be = 대기하는 대량 메일을 지금 상태 그대로 보냅니다. 다른 서버가 넘겨받기 전에 이미 보낸 것이 있을 수 있습니다. 해제할까요? [y/N]{" "}
what-was-due-will-be-left = 보낼 때가 되었던 메일은 결과를 알 수 없는 것으로 남고 저절로 보내지 않습니다. 원본은 더는 보내지 않아야 합니다. 해제할까요? [y/N]{" "}
not-released = 해제하지 않았습니다
look-at-the-unsettled-with-get-v1 = 결과를 알 수 없는 메일은 GET /v1/deliveries?state=unsettled로 확인하십시오. 도착하지 않은 것은 POST /v1/deliveries/ID/retry로 다시 보내고, 도착한 것은 POST /v1/deliveries/ID/settle로 알리십시오

# src/cli/send/progress.rs
lines-done-x-of-x = { $all }줄 가운데 { $done }줄을 마쳤습니다

# src/cli/send/rehearse.rs
would-be-taken-x-refused = 접수 예정: { $taken }, 거절 예정: { $refused }, 수신 차단: { $suppressed }
the-last-would-be-sent = 마지막 메일은 { $finish }쯤 발송됩니다
warning-x-x = 경고: { $warning-text }. { $remedy-text }

# src/cli/send/mod.rs
wait-no-server-runs-so-nothing = --wait: 실행 중인 서버가 없어 아무것도 보내지 않습니다. `jebi serve`를 시작하거나 이 옵션을 빼십시오
these-are-too-many-copies-to = 너무 많아 모두 보여 주지 않습니다. 위의 메시지 id를 넣은 GET /v1/deliveries?message_id=로 조회하십시오
stored-no-server-runs-it-goes = 저장했습니다. 실행 중인 서버가 없으므로 서버가 실행되면 보냅니다(`jebi serve`)
html-file-x-cannot-be-read = --html-file: { $value }을(를) 읽을 수 없습니다: { $e }. UTF-8 파일을 지정하십시오
no-result-after-x-s-sync = { $value }초(SYNC_WAIT_SECONDS)가 지나도 결과가 없습니다. 이후의 경과는 GET /v1/deliveries/ID에서 볼 수 있습니다

# src/cli/serve.rs
the-metrics-could-not-be-set = 지표를 준비할 수 없습니다: { $e }
jebi-did-not-start-x = 제비를 시작하지 못했습니다: { $why-text }
signals-cannot-be-listened-to-x = 신호를 받을 수 없습니다: { $e }
no-api-key-could-be-made = API 키를 만들지 못했습니다: { $why-text }. `jebi key create`로 만드십시오
stopped-before-everything-was-finished-what = 끝나지 않은 일을 남기고 멈췄습니다. 진행 중이던 메일은 unsettled로 나타납니다
jebi-is-ready-x = 제비가 준비되었습니다: { $url }
its-data-is-in-x = 데이터 위치: { $value }
it-sends-no-bulk-mail-until = `jebi release`를 실행하기 전에는 대량 메일을 보내지 않습니다: { $why-text }
it-sends-nothing-until-you-run = `jebi release`를 실행하기 전에는 아무것도 보내지 않습니다: { $why-text }
api-key-shown-once-keep-it = API 키(한 번만 보여 주니 보관하십시오): { $key }
send-a-first-mail = 첫 메일 보내기:
send-a-mail-with-your-api = 메일 보내기(JEBI_API_KEY에 API 키를 넣으십시오. 새 키는 `jebi key create`로 만듭니다):
warning-x = 주의: { $warning-text }
read-it-nothing-leaves-this-machine-x = 읽기(아무것도 이 컴퓨터 밖으로 나가지 않습니다): { $url }/inbox
everything-else-the-api-does-x = API로 할 수 있는 다른 일: { $url }/docs

# src/cli/nodes.rs
the-node-that-answered = * 응답한 노드

# src/cli/transfer.rs
x-rows-x = { $table }: { $rows }행
moved-x-rows = { $rows }행을 옮기고 표마다 양쪽에서 세어 확인했습니다. DATABASE_URL을 대상 데이터베이스로 바꾸고 서버를 시작하십시오
everything-had-been-copied-before = 복사는 이미 끝나 있었고, 이제 이전을 마쳤습니다. DATABASE_URL을 대상 데이터베이스로 바꾸십시오

# src/app/mod.rs
the-schema-lacks-x = 스키마에 마이그레이션 { $value }({ $second })이 없고 AUTO_MIGRATE가 false입니다. jebi migrate를 실행하십시오

# src/app/transfer.rs
a-store-moves-from-sqlite = 저장소는 sqlite://...에서 postgres://...로만 옮길 수 있습니다. 되돌아오는 길은 없고, 같은 엔진 사이의 복사는 백업으로 합니다
there-is-no-database-x-name = 데이터베이스 { $value }이(가) 없습니다. 서버의 DATABASE_URL에 있는 것을 지정하십시오
the-store-x-was-transferred = 저장소 { $value }은(는) { $to }(으)로 옮겨져 더는 메일을 받지도 보내지도 않습니다. DATABASE_URL을 지금 있는 곳으로 바꾸십시오
the-store-is-held-as-a-copy = 복사했거나 복원한 저장소여서 보류되어 있습니다. 먼저 `jebi release`를 실행한 뒤 옮기십시오
the-copy-is-not-as-it-must = 복사한 것이 올바르지 않습니다({ $rule }: { $detail }). 원본은 그대로 쓰이고 있으니 `jebi verify`로 살펴보십시오
the-target-has-no-tables = 대상 데이터베이스에 테이블이 없습니다. DATABASE_URL을 대상으로 지정해 `jebi migrate`를 실행한 뒤 옮기십시오
the-target-is-in-use = 대상 데이터베이스가 쓰이고 있습니다({ $value } 테이블에 행이 있습니다). 빈 데이터베이스를 지정하십시오
the-target-holds-the-unfinished = 대상 데이터베이스에 다른 저장소를 옮기다 만 것이 있습니다. 그 이전을 마치거나 빈 데이터베이스를 지정하십시오

# src/store/postgres/open.rs
a-store-is-being-transferred = 이 데이터베이스로 저장소를 옮기는 중입니다. 끝날 때까지 `jebi transfer`를 다시 실행한 뒤 시작하십시오

# src/store/transfer/
the-database-x-cannot-be-read = 데이터베이스 { $file }을(를) 읽을 수 없습니다: { $source }
the-target-broke-off-x = 대상 데이터베이스가 작업을 중단했습니다: { $value }
x-is-in-one-of-the-two = { $table }.{ $column }이(가) 두 데이터베이스 중 한쪽에만 있습니다. 원본과 대상 모두 이 제비의 스키마여야 합니다
x-of-the-row-x-cannot-be = { $table }.{ $column }의 { $row }번째 행을 PostgreSQL에 쓸 수 없습니다: { $why-text }. 원본에서 고친 뒤 다시 옮기십시오
x-has-x-rows-although = 저장소가 쉬고 있는데도 { $table }에 { $left }행이 있습니다. 서버를 한 번 시작했다가 멈춘 뒤 다시 옮기십시오
x-has-x-rows-in-the-source = { $table }이(가) 원본에는 { $source_rows }행, 대상에는 { $target_rows }행입니다. 아무것도 남기지 않았으니 다시 옮기십시오
the-target-does-not-wait = 대상 데이터베이스를 다른 곳에서 쓰기 시작해 이 저장소를 옮길 수 없습니다. 그곳에는 아무것도 쓰지 않았으니 빈 데이터베이스를 지정하십시오
the-sequence-x-belongs = 시퀀스 { $value }이(가) 이 제비가 아는 어느 테이블의 것도 아닙니다
the-reading-of-the-source = 원본 읽기가 일찍 끝났습니다
the-number-is-larger-than = 열에 들어가지 않는 큰 수입니다
the-text-is-not-utf-8 = UTF-8이 아닌 글입니다
the-text-holds-a-zero-byte = PostgreSQL에 넣을 수 없는 0 바이트가 글에 있습니다
the-value-is-of-another-type = 값의 형식이 열과 다릅니다
the-value-is-longer-than = 값이 2GiB보다 깁니다

# src/cli/verify.rs
x-deliveries-checked-all-is-as = 발송 { $checked }건을 검사했습니다. 모두 올바릅니다
x-deliveries-checked-x-violations-keep = 발송 { $checked }건을 검사했습니다. 어긋난 것이 { $violations }건 있습니다. 데이터 폴더의 사본을 보관하고 알려 주십시오

# src/config/access.rs
make-one-with-openssl-rand-hex = `openssl rand -hex 32`로 만드십시오
holds-a-space-or-a-character = 공백이나 헤더에 쓸 수 없는 문자가 있습니다
has-x-characters-and-at-least = { $value }자입니다. { $shortest }자 이상이어야 합니다
has-x-characters-and-at-most = { $value }자입니다. { $longest }자까지 쓸 수 있습니다
is-set-without-jwt-secret = JWT_SECRET 없이 지정되었습니다
set-jwt-secret-to-the-secret = JWT_SECRET에 지금 쓰는 비밀 값을 지정하거나 이것을 빼십시오
is-true-but-no-proxy-is = true인데, 무엇이 HTTPS로 왔는지 알려 줄 프록시가 지정되지 않았습니다
set-trusted-proxies-too = TRUSTED_PROXIES도 지정하십시오
has-x-bytes-and-at-least = { $value }바이트입니다. { $shortest }바이트 이상이어야 합니다
write-networks-with-commas-between-10 = 네트워크를 쉼표로 나누어 적으십시오: 10.0.0.0/8, 2001:db8::/32, 192.0.2.7
x-is-not-a-network = { $value }은(는) 네트워크가 아닙니다
names-no-network = 네트워크가 없습니다
names-no-origin = 출처(origin)가 없습니다
write-one-such-as-https-shop = https://shop.example.kr처럼 하나를 적거나 빼십시오
holds-beside-other-origins = *가 다른 출처와 함께 있습니다
write-alone-for-every-origin-or = 모든 출처를 뜻하는 *만 적거나, 정확한 출처만 적으십시오
write-what-browsers-send-without-a = 브라우저가 보내는 그대로 경로 없이 적으십시오: https://shop.example.kr 또는 http://localhost:5173
x-is-not-an-origin = { $value }은(는) 출처(origin)가 아닙니다

# src/config/check.rs
make-the-one-smaller-or-the = 이 값을 줄이거나 다른 값을 늘리십시오
is-x-s-but-a-request = { $wait }초인데, 요청은 { $timeout }초 뒤에 끊깁니다({ $value })
is-x-bytes-but-only-x = { $body }바이트인데, 쓰기를 기다릴 수 있는 요청은 { $queue }바이트뿐입니다({ $value })
x-is-jebi-itself-so-mail = { $endpoint }은(는) 제비 자신이어서 메일이 제자리를 맴돌게 됩니다
leave-it-out-to-send-through = AWS로 보내려면 빼고, 아니면 다른 서비스의 주소를 적으십시오
mail-stays-in-the-local-inbox = 제공자를 정하지 않아 메일이 로컬 수신함에 남는데, 서버가 { $value }에서 접속을 받아 다른 컴퓨터에서도 쓸 수 있습니다. 실제로 보내려면 PROVIDER=ses, 이대로 좋다면 PROVIDER=local로 정하십시오
x-the-secret-can-be-read = { $flag }: 이 컴퓨터의 사용자라면 누구나 프로세스 목록에서 비밀 값을 볼 수 있습니다. 환경 변수나 파일에 두십시오
x-in-env-is-not-seen = .env의 { $value }은(는) AWS 자격 증명 체인이 보지 못합니다. 체인은 실제 환경 변수만 읽습니다. 쓰려면 환경 변수로 내보내십시오
is-x-bytes-but-all-bodies = { $one }바이트인데, 모든 본문을 합쳐 { $all }바이트까지만 됩니다({ $value })
x-is-set-only-x-may = { $written }이(가) 지정되어 있어 { $list }에만 보낼 수 있고, 다른 주소로 가는 메일은 거절합니다. 모두에게 보내려면 빼십시오

# src/config/database.rs
write-sqlite-data-jebi-db-a = sqlite://data/jebi.db(작업 디렉터리 기준 경로)나 sqlite:///var/lib/jebi/jebi.db로 적으십시오
is-not-a-database-address = 데이터베이스 주소가 아닙니다
x-is-not-an-engine-jebi = { $value }은(는) 제비가 쓸 수 있는 데이터베이스가 아닙니다
asks-for-a-database-in-memory = 메모리 데이터베이스는 메일을 잃으므로 쓸 수 없습니다
holds-options-which-jebi-sets-itself = 옵션이 붙어 있습니다. 옵션은 제비가 정합니다
leave-out-the-and-what-follows = ?와 그 뒤를 빼십시오
names-no-file = 파일 이름이 없습니다
write-sqlite-for-a-file-or-postgres = 파일이면 sqlite://data/jebi.db, PostgreSQL이면 postgres://사용자:비밀번호@호스트:5432/데이터베이스로 적으십시오
x-is-set-but-only-postgresql = { $written }이(가) 설정되어 있지만 PostgreSQL에서만 쓰입니다. SQLite는 모든 것을 { $file } 옆에 둡니다. DATABASE_URL로 옮기거나 이 설정을 빼십시오
x-is-set-but-x-counts-alone = { $part }이(가) 설정되어 있지만 { $whole }만 쓰입니다. 둘 중 하나를 빼십시오
is-not-set-though-other-parts = 데이터베이스 주소의 다른 부분은 있는데 설정되지 않았습니다
name-the-database-or-set-database-url = 데이터베이스 이름을 적거나, DATABASE_URL로 주소 전체를 설정하십시오
name-the-user-to-log-in-as = 로그인할 사용자를 적거나, DATABASE_URL로 주소 전체를 설정하십시오

# src/config/dotenv.rs
has-no = =가 없습니다
write-name-value-or-start-the = NAME=값으로 적거나, 줄을 #으로 시작하십시오
has-no-name-before-the = = 앞에 이름이 없습니다
opens-a-quote-and-never-closes = 따옴표를 열기만 하고 닫지 않았습니다
close-the-quote = 따옴표를 닫으십시오
has-more-behind-the-closing-quote = 닫는 따옴표 뒤에 다른 것이 있습니다
quote-the-whole-value-or-none = 값 전체를 따옴표로 묶거나 따옴표를 모두 빼십시오

# src/config/endpoint.rs
write-http-or-https-a-host = http://나 https://, 호스트, 필요하면 포트를 적으십시오
holds-a-user-name-or-password = 사용자 이름이나 비밀번호가 들어 있습니다
x-is-not-a-web-address = { $value }은(는) 웹 주소가 아닙니다

# src/config/layers.rs
line-x-is-not-toml-x = { $line }번째 줄이 TOML이 아닙니다({ $value })
correct-it-jebi-config-defaults-shows = 고치십시오. 모든 키는 `jebi config --defaults`로 볼 수 있습니다
is-not-a-single-text-or = 글자나 숫자 값 하나가 아닙니다
write-one-value = 값을 하나만 적으십시오
x-is-not-used-because-x = { $name }이(가) 우선하므로 { $other }은(는) 쓰지 않습니다
write-the-value-itself-or-put = 실제 값을 적거나, 그 글자 자체가 값이면 작은따옴표로 묶으십시오
holds-a-x-which-is-not = ${"{"}…{"}"}가 있는데, 이것은 값으로 바꾸어 주지 않습니다
write-set-section-key-value = --set section.key=value로 적으십시오
is-given-twice-x-sets-it = 두 번 지정했습니다({ $before }도 같은 값을 정합니다)
keep-one-of-them = 하나만 남기십시오
is-empty = 비어 있습니다
give-it-a-value-or-leave = 값을 주거나 빼십시오
is-set-and-so-is-x = { $value }과(와) 함께 지정되어 있습니다
write-the-secret-into-that-file = 그 파일에 비밀 값을 쓰거나 경로를 고치십시오
x-is-empty = { $value }이(가) 비어 있습니다
x-cannot-be-read-x = { $value }을(를) 읽을 수 없습니다: { $e }
write-it-into-the-environment-or = 환경 변수나 .env에 적으십시오
stands-in-x-the-file-it = 이것이 고르는 파일인 { $file } 안에 있습니다
name-it-with-1-to-32 = 소문자, 숫자, _, -로 1~32자를 쓰고 글자나 숫자로 시작하십시오
is-not-a-name-a-provider = 제공자의 이름이 될 수 없습니다

# src/config/log.rs
write-error-warn-info-debug-trace = error, warn, info, debug, trace, off 가운데 하나를 적으십시오. 모듈마다 정할 수도 있습니다: info,jebi::worker=debug
x-is-not-a-log-level = { $value }은(는) 로그 수준이 아닙니다
is-not-a-sentry-dsn = Sentry DSN이 아닙니다
copy-it-from-the-project-settings = 프로젝트 설정(Client Keys)에서 복사하십시오: https://key@host/project

# src/config/names.rs
is-not-a-name-jebi-knows = 제비가 모르는 이름입니다
is-not-a-key-jebi-knows = 제비가 모르는 키입니다
remove-it-jebi-config-defaults-shows = 빼십시오. 모든 키는 `jebi config --defaults`로 볼 수 있습니다
did-you-mean-x = { $name }을(를) 쓰려던 것입니까?
mail-goes-through-x-because-x = 메일을 { $value }(으)로 보냅니다. 이유: { $why-text }
set-but-not-used-by-jebi = 지정되었지만 제비가 쓰지 않는 이름: { $value }
the-profile-x-is-in-force = 프로필 { $value }을(를) 적용합니다({ $profile-name }): { $files }의 값이 다른 파일의 값보다 우선합니다
x-is-set-but-this-build = { $value }이(가) 지정되었지만 이 빌드에는 Sentry가 없어 아무것도 보내지 않습니다. --features sentry로 빌드하십시오
mail-goes-through-x-by-its = 메일은 발신자에 따라 { $value }(으)로 보냅니다
no-daily-limit = 하루 한도 없음
x-recipients-a-day = 하루 { $n }명
x-is-taken-for-x-x = { $name }을(를) { $service }(으)로 보고 그 값을 씁니다({ $daily-text }). 값을 바꾸는 방법은 `jebi config --defaults`에 있습니다

# src/config/parse.rs
write-a-whole-number-from-x = { $value }부터 { $second }까지의 정수를 적으십시오
x-is-out-of-range = { $value }은(는) 범위를 벗어납니다
x-is-not-a-whole-number = { $value }은(는) 정수가 아닙니다
x-is-not-a-choice = { $value }은(는) 고를 수 있는 값이 아닙니다
write-x = { $value } 가운데서 적으십시오
write-one-of-x = { $value } 가운데 하나를 적으십시오

# src/config/provider.rs
x-says-so = { $written }에서 정했습니다
aws-ses-from-email-is-set = AWS_SES_FROM_EMAIL이 지정되어 있습니다
x-is-set = { $name }이(가) 지정되어 있습니다
email-backend-is-one-for-ses = EMAIL_BACKEND가 SES용입니다
smtp-host-is-set = SMTP_HOST가 지정되어 있습니다
nothing-names-ses-or-an-smtp = SES나 SMTP 서버를 가리키는 설정이 없습니다

# src/config/reader.rs
is-not-set = 지정되지 않았습니다
give-it-a-value = 값을 주십시오
still-holds-the-example-text-of = 문서의 예시 값이 그대로 남아 있습니다
put-the-real-value-there-or = 실제 값을 적거나 줄을 지우십시오

# src/config/sending.rs
write-a-number-above-0-or = 0보다 큰 수를 적거나, 계정이 허용하는 만큼 빠르게 보내려면 빼십시오
x-is-not-a-rate-in = { $value }은(는) 초당 수신자 수가 아닙니다
write-a-name-of-the-iana = Asia/Seoul이나 UTC처럼 IANA 시간대 데이터베이스의 이름을 적으십시오
x-is-not-a-time-zone = { $value }은(는) 시간대가 아닙니다
write-noreply-example-com-or-example = noreply@example.com이나 이름 <noreply@example.com>으로 적으십시오
x-is-not-a-sender-x = { $value }은(는) 발신자가 아닙니다({ $fault-text })

# src/config/server.rs
x-is-not-a-name-of-1 = { $value }은(는) 1~{ $node-name }자의 이름이 아닙니다
name-the-node-for-people-such = mail-1처럼 사람이 알아볼 노드 이름을 적으십시오
write-127-0-0-1-for = 이 컴퓨터에서만 쓰려면 127.0.0.1, 모든 네트워크에서 쓰려면 0.0.0.0, 아니면 이 컴퓨터의 주소 하나를 적으십시오
x-is-not-an-ip-address = { $value }은(는) IP 주소가 아닙니다
is-set-without-x = { $missing } 없이 지정되었습니다
set-both-to-serve-https-or = HTTPS로 하려면 둘 다 지정하고, HTTP로 하려면 둘 다 빼십시오
name-a-pem-file-with-the = PEM 형식의 { $what-text } 파일을 지정하십시오
x-holds-no-x = { $value }에 { $what-text }이(가) 없습니다
private-key = 개인 키
certificate = 인증서

# src/config/ses.rs
set-both-or-neither-to-use = 둘 다 지정하거나, AWS SDK의 자격 증명 체인(프로필, 컨테이너, 인스턴스 역할)을 쓰려면 둘 다 비워 두십시오
is-set-without-aws-secret-access = AWS_SECRET_ACCESS_KEY 없이 지정되었습니다
is-set-without-aws-access-key = AWS_ACCESS_KEY_ID 없이 지정되었습니다
is-set-without-aws-access-key-id = AWS_ACCESS_KEY_ID와 AWS_SECRET_ACCESS_KEY 없이 지정되었습니다
set-all-three-or-none = 셋 다 지정하거나 모두 빼십시오
holds-a-space-or-a-character-that = 공백이나 AWS 키에 없는 문자가 있습니다
copy-it-again-without-quotes-and = 따옴표와 줄 끝 문자 없이 다시 복사하십시오
x-is-not-an-aws-region = { $value }은(는) AWS 리전이 아닙니다
write-one-such-as-ap-northeast = ap-northeast-2(서울)와 같이 적으십시오
x-is-not-a-name-ses = { $value }은(는) SES가 허용하는 이름이 아닙니다
use-1-to-64-letters-digits = 글자, 숫자, _, -로 1~64자를 쓰십시오
name-a-pem-file-of-certificates = PEM 인증서 파일을 지정하십시오
x-holds-no-certificate = { $value }에 인증서가 없습니다
is-the-address-of-x-while = { $named }의 주소인데 { $other }은(는) { $region }입니다
make-them-agree-or-leave-the = 서로 맞추거나 주소를 빼십시오

# src/config/sources.rs
is-not-utf-8-text = UTF-8 글이 아닙니다
write-it-in-utf-8 = UTF-8로 적으십시오
correct-the-path-or-the-file = 경로나 파일의 권한, 인코딩(UTF-8)을 바로잡으십시오
cannot-be-read-x = 읽을 수 없습니다: { $e }

# src/http/auth.rs
use-a-key-that-jebi-key = `jebi key list`에서 살아 있는 키를 쓰십시오
send-authorization-bearer-key-or-x = Authorization: Bearer 키 또는 X-API-KEY: 키를 보내십시오. 키는 `jebi key create`로 만듭니다
the-authorization-header-holds-no-bearer = Authorization 헤더에 bearer 키가 없습니다
the-request-shows-no-api-key = 요청에 API 키가 없습니다
the-x-api-key-header-is = X-API-KEY 헤더가 ASCII가 아닙니다
this-api-key-does-not-exist-was = 없거나 폐기되었거나 만료된 API 키입니다
too-many-keys-that-do-not = 이 주소에서 틀린 키를 너무 많이 보냈습니다
use-a-key-that-holds-one = 올바른 키를 보내십시오. 올바른 키는 바로 받습니다

# src/http/error.rs
there-is-no-such-path = 그런 경로가 없습니다
see-openapi-json-for-every-path = 모든 경로는 /openapi.json에 있습니다
this-path-does-not-take-this = 이 경로는 이 메서드를 받지 않습니다
use-one-of-the-methods-in = Allow 헤더에 있는 메서드를 쓰십시오
send-it-again-with-the-same = 같은 Idempotency-Key로 다시 보내고, 또 실패하면 요청 id와 함께 알려 주십시오
the-server-made-a-mistake = 서버에 오류가 났습니다

# src/http/json.rs
an-object = 객체
the-body-is-empty = 본문이 비어 있습니다
the-body-is-not-json-x = 본문이 JSON이 아닙니다: { $error }
send-one-json-object-rfc-8259 = 주석 없는 JSON 객체 하나를 보내십시오(RFC 8259)
there-is-no-field-x-here = 여기에는 { $named } 필드가 없습니다
take-it-out-or-check-its = 빼거나 이름을 확인하십시오: { $known-text }
this-field-is-required = 꼭 필요한 필드입니다
add-it = 넣으십시오
the-field-x-is-given-twice = { $named } 필드가 두 번 있습니다
give-it-once = 한 번만 적으십시오
x-is-not-a-value-of = { $named }은(는) 이 필드에 쓸 수 있는 값이 아닙니다
use-x = 쓸 수 있는 값: { $known }
give-a-value-of-the-type = /openapi.json에 있는 이 필드의 형식대로 적으십시오

# src/http/limit.rs
the-body-type-is-not-given = 본문의 형식을 밝히지 않았습니다
the-body-type-is-x-not = 본문의 형식이 JSON이 아니라 { $t }입니다
send-json-with-content-type-application = Content-Type: application/json으로 JSON을 보내십시오
the-body-is-said-to-be = 본문이 { $coding }(으)로 인코딩되었다고 하는데, 이 서버는 그것을 읽지 않습니다
send-the-body-uncompressed-without-this = 이 헤더 없이, 압축하지 않은 본문을 보내십시오
the-body-is-larger-than-x = 본문이 { $max }바이트보다 큽니다
split-it-into-several-requests = 여러 요청으로 나누십시오
the-body-did-not-arrive-in = 본문이 제시간에 오지 않았습니다
send-it-faster-or-split-it = 더 빨리 보내거나 작은 요청으로 나누십시오
the-body-ended-before-it-was = 본문이 다 오기 전에 끝났습니다
send-the-whole-body = 본문을 끝까지 보내십시오
the-server-is-stopping = 서버가 멈추는 중입니다

# src/http/params.rs
there-is-no-such-parameter-here = 여기에는 그런 매개변수가 없습니다
check-its-name-x = 이름을 확인하십시오: { $known-text }
this-is-not-a-whole-number = 범위 안의 정수가 아닙니다
give-a-whole-number-openapi-json = 정수를 적으십시오. 범위는 /openapi.json에 있습니다
see-openapi-json-for-what-it = 쓸 수 있는 값은 /openapi.json에 있습니다
this-is-no-cursor-of-this = 이 목록의 커서가 아닙니다
pass-next-cursor-of-the-page = 앞 페이지의 next_cursor를 고치지 말고 그대로 보내십시오

# src/http/api/deliveries.rs
x-is-no-state = { $text }은(는) 상태가 아닙니다
use-one-of-x = { $known } 가운데 하나를 쓰십시오
pass-the-26-characters-the-answer = 보냈을 때 응답으로 받은 26자를 적으십시오
x-is-no-message-id = { $text }은(는) 메시지 id가 아닙니다

# src/http/api/messages/mod.rs
send-it-once-as-1-to = 공백 없는 ASCII 문자 1~255자로 한 번만 보내십시오
the-header-is-given-more-than = 이 헤더가 두 번 이상 있습니다
the-key-is-not-ascii = 키가 ASCII가 아닙니다

# src/http/api/messages/request.rs
an-address-or-an-object-with = 주소, 또는 email과 name이 있는 객체
an-address-or-a-list-of = 주소, 또는 주소 목록
an-object-of-texts = 값이 모두 글자인 객체

# src/provider/dkim/key.rs
the-key-of-the-selector-holds-no = 선택자 `{ $selector }`의 키에서 PEM 형식의 개인 키를 읽을 수 없습니다
the-key-of-the-selector-is-of-a-kind = 선택자 `{ $selector }`의 키는 DKIM에서 쓸 수 없는 종류이거나 손상되었습니다. RSA와 Ed25519를 쓸 수 있습니다
the-key-of-the-selector-is-too-short = 선택자 `{ $selector }`의 키가 너무 짧습니다. RSA 키는 2048~4096비트입니다
the-key-of-the-selector-is-too-long = 선택자 `{ $selector }`의 키가 너무 깁니다. RSA 키는 2048~4096비트이며, 수신 서버는 더 긴 키를 확인하지 않습니다
the-key-of-the-selector-has-x-bits = 선택자 `{ $selector }`의 키는 { $bits }비트입니다. RSA 키는 2048~4096비트입니다
make-one-with-jebi-dkim-new = `jebi dkim new`로 새로 만드십시오

# src/provider/ses/config.rs
x-is-no-aws-region = `{ $region }`은(는) AWS 리전이 아닙니다
write-it-as-in-ap-northeast = `ap-northeast-2`처럼 적으십시오
x-cannot-be-the-name-of = `{ $name }`은(는) 구성 세트의 이름이 될 수 없습니다
use-1-to-64-letters-digits-or = 글자, 숫자, `-`, `_`로 1~64자를 쓰거나 빼십시오
write-it-as-in-https-email = `https://email.ap-northeast-2.amazonaws.com`처럼 적으십시오
x-is-no-url-x = `{ $url }`은(는) URL이 아닙니다: { $e }
x-has-neither-https-nor-http = `{ $url }`에 `https://`도 `http://`도 없습니다
x-names-no-host = `{ $url }`에 호스트가 없습니다
the-endpoint-has-a-user-name = 엔드포인트에 사용자 이름이나 질의 문자열이 있습니다. 둘 다 쓸 수 없습니다

# src/provider/ses/sign.rs
the-endpoint-cannot-be-used-in = 엔드포인트를 요청에 쓸 수 없습니다: { $e }
check-its-spelling = 철자를 확인하십시오
the-request-could-not-be-signed = 요청에 서명할 수 없습니다: { $e }
check-the-access-key-the-secret = 액세스 키, 비밀 키, 리전을 확인하십시오

# src/provider/ses/tls.rs
x-cannot-be-used-x = `{ $value }`을(를) 쓸 수 없습니다: { $fault-text }
give-a-readable-file-with-one = PEM 인증서가 하나 이상 든, 읽을 수 있는 파일을 지정하십시오
it-holds-no-certificate = 인증서가 없습니다
install-the-package-ca-certificates-or = `ca-certificates` 패키지를 설치하거나 PEM 파일을 지정하십시오
this-system-has-no-certificate-authorities = 이 시스템에 인증 기관의 인증서가 없습니다
tls-cannot-be-set-up-x = TLS를 준비할 수 없습니다: { $e }
report-this-as-a-fault-of = 프로그램의 오류이니 알려 주십시오

# src/service/figures.rs
x-is-not-between-1-and = { $hours }은(는) 1부터 { $max-hours }까지의 수가 아닙니다
leave-it-out-for-the-last = 최근 24시간을 보려면 빼십시오

# src/service/keys.rs
the-name-must-be-1-to = 이름은 제어 문자 없이 1~{ $max-name }자여야 합니다
name-the-program-that-will-use = 키를 쓸 프로그램의 이름을 적으십시오
the-key-must-be-x-to = 키는 공백 없는 ASCII 문자 { $min-given }~{ $max-given }자여야 합니다
make-one-with-openssl-rand-base64 = `openssl rand -base64 32`로 만드십시오
leave-name-out-make-a-token = name을 빼십시오. 다른 주체에는 토큰을 새로 만드십시오
the-subject-of-tokens-cannot-be = 토큰의 주체는 이름을 바꿀 수 없습니다

# src/service/search.rs
take-smaller-pages-and-follow-next = 페이지를 줄이고 next_cursor로 이어서 조회하십시오

# src/service/trouble.rs
the-server-database-cannot-be-used = 지금은 서버의 데이터베이스를 쓸 수 없습니다: { $why-text }
send-the-same-request-again-with = 나중에 같은 요청을 같은 Idempotency-Key로 다시 보내십시오
this-node-is-starting-anew = 이 노드는 새로 시작하는 중입니다
too-much-is-waiting-to-be = 쓰기를 기다리는 것이 너무 많습니다: { $why-text }
the-server-disk-is-full-or = 서버의 디스크가 가득 찼거나 거의 찼습니다
send-the-same-request-again-later = 잠시 뒤 같은 Idempotency-Key로 같은 요청을 다시 보내십시오. 원인은 서버의 로그에 있습니다
the-server-could-not-use-its = 서버가 저장소를 쓸 수 없었습니다. 아무것도 접수되지 않았습니다

# src/service/accept/content.rs
it-has-neither-content-nor-text = content도 text도 없습니다
give-content-html-text-or-both = content(HTML)나 text, 또는 둘 다 적으십시오
it-has-x-tags-at-most = 태그가 { $value }개입니다. { $max-tags }개까지 쓸 수 있습니다
leave-some-out = 몇 개를 빼십시오
no-sender-is-given-and-the = 발신자를 적지 않았고 서버에도 정해져 있지 않습니다
give-from-or-set-aws-ses = from을 적거나, 서버에 AWS_SES_FROM_EMAIL 또는 DEFAULT_FROM_EMAIL을 지정하십시오
it-has-x-addresses-at-most = 주소가 { $value }개입니다. { $max-reply-to }개까지 쓸 수 있습니다
give-one-or-a-few = 하나나 몇 개만 적으십시오
it-has-no-subject = 제목이 없습니다
give-a-subject-of-1-to = 1~998자의 제목을 적으십시오
it-is-longer-than-x-characters = { $max-subject }자보다 깁니다
shorten-it = 줄이십시오
content-and-html-are-both-given = content와 html은 같은 뜻인데 둘 다 있습니다
give-one-of-them = 하나만 적으십시오
a-topic-must-be-1-to = topic은 제어 문자 없이 UTF-8로 1~{ $max-topic }바이트여야 합니다
shorten-it-or-leave-topic-id = 줄이거나 topic_id를 빼십시오
x-cannot-stand-in-a-path = { $topic }은(는) 경로에 쓸 수 없어 조회할 수 없는 토픽이 됩니다
give-the-topic-another-name = 토픽 이름을 바꾸십시오

# src/service/accept/mod.rs
this-key-was-used-in-the = 이 키는 최근 24시간 안에 본문이 다른 요청에 쓰였습니다
use-a-fresh-key-for-a = 새 요청에는 새 키를 쓰고, 되풀이하는 요청은 한 바이트도 바꾸지 말고 보내십시오

# src/service/accept/prepare.rs
give-at-least-one-message-with = emails, subject, content가 있는 메시지를 하나 이상 넣으십시오
the-request-has-no-messages = 요청에 메시지가 없습니다
the-request-has-x-recipients-at = 요청의 수신자가 { $given }명입니다. 한 번에 { $max }명까지 받습니다

# src/service/accept/recipients.rs
x-holds-n-addresses-to-cc = { $list }에 주소가 { $n }개 있습니다. to, cc, bcc에는 각각 { $max-role }개까지 넣을 수 있습니다
send-a-copy-each-with-emails = emails나 recipients로 한 사람에 한 통씩 보내거나, 메시지를 여러 개로 나누십시오
it-has-addresses-in-more-than = emails, recipients, to/cc/bcc 가운데 둘 이상에 주소가 있습니다
use-emails-or-recipients-for-a = 한 사람에 한 통씩이면 emails나 recipients를, 모두에게 한 통이면 to/cc/bcc를 쓰십시오
it-has-no-recipients = 수신자가 없습니다
give-emails-or-recipients-for-a = 한 사람에 한 통씩이면 emails나 recipients를, 모두에게 한 통이면 to/cc/bcc를 적으십시오

# src/service/accept/waiting.rs
x-recipients-wait-already-and-at = 이미 수신자 { $waiting }명이 기다리고 있고, { $value }명까지 기다릴 수 있습니다(MAX_WAITING)

# src/service/accept/when.rs
x-is-more-than-5-minutes = { $at }은(는) 5분 넘게 지난 시각입니다. 지금은 { $now }입니다
give-a-time-to-come-or = 앞으로의 시각을 적거나, 바로 보내려면 이 필드를 빼십시오
x-is-not-after-x-when = { $at }은(는) 메시지를 보낼 시각 { $due }보다 뒤가 아닙니다
give-a-time-after-scheduled-at = scheduled_at보다 뒤, 그것이 없으면 지금보다 뒤의 시각을 적으십시오
x-is-no-time-this-server = { $value }은(는) 이 서버가 읽을 수 있는 시각이 아닙니다
write-yyyy-mm-dd-hh-mm = 서버의 시간대로 YYYY-MM-DD HH:MM:SS를 적거나, 2024-01-01T09:00:00+09:00과 같은 RFC 3339로 적으십시오
x-does-not-exist-in-the = { $text }은(는) 서버의 시간대에 없는 시각입니다. 시계를 앞당기면서 건너뜁니다
give-another-time-or-rfc-3339 = 다른 시각을 적거나, 시차를 붙인 RFC 3339로 적으십시오

# src/store/group.rs
the-writer-byte-budget-is-used = 쓰기를 기다리는 요청에 정해진 바이트를 다 썼습니다
the-writer-is-more-than-two = 디스크에 쓰는 것이 2초 넘게 밀려 있습니다

# src/store/postgres/check.rs
user-x-may-not-read-and-write = 사용자 { $role }에게 테이블 { $table }을(를) 읽고 쓸 권한이 없습니다
run-there-as-its-owner-grant = 그 데이터베이스에서 소유자로 실행하십시오: GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "{ $schema }" TO "{ $role }" 그리고 GRANT SELECT, USAGE ON ALL SEQUENCES IN SCHEMA "{ $schema }" TO "{ $role }"
the-server-at-x-is-postgresql-x = { $place }의 서버는 PostgreSQL { $version }입니다. 제비의 테이블과 SQL이 요구하는 버전보다 오래되었습니다
upgrade-it-to-postgresql-14 = PostgreSQL 14 이상으로 올리십시오
the-server-at-x-is-a-read-only = { $place }의 서버는 읽기 전용 복제본입니다
name-the-primary-in = DATABASE_URL에 프라이머리를 적으십시오
the-server-at-x-takes-no-writes-default = { $place }의 서버는 쓰기를 받지 않습니다. default_transaction_read_only가 켜져 있습니다
see-why-it-is-then-alter = 왜 켜졌는지 확인한 뒤 ALTER DATABASE "{ $database }" RESET default_transaction_read_only를 실행하거나, 역할이나 서버에서 같은 설정을 푸십시오
the-server-at-x-runs-with-fsync = { $place }의 서버가 fsync = off로 돌고 있어, 커밋한 것이 정전 뒤에 사라질 수 있습니다
set-fsync-on = postgresql.conf에서 fsync = on으로 바꾸고 설정을 다시 읽히십시오
the-database-x-is-encoded-in = 데이터베이스 { $database }의 인코딩 { $encoding }은(는) 모든 글자를 담지 못합니다
make-one-that-does-create = UTF8로 새로 만드십시오: CREATE DATABASE "{ $database }" OWNER "{ $role }" ENCODING 'UTF8' TEMPLATE template0
the-search-path-of-user = 사용자 { $role }의 search_path에 있는 스키마가 하나도 존재하지 않거나 쓸 수 없습니다
make-one-create-schema = 하나 만드십시오: CREATE SCHEMA AUTHORIZATION "{ $role }"
user-x-may-not-make-or-use = 사용자 { $role }에게 스키마 { $schema }에서 테이블을 만들거나 쓸 권한이 없습니다
run-in-the-database-x-as = 데이터베이스 { $database }에서 소유자로 실행하십시오: GRANT { $wanted } ON SCHEMA "{ $schema }" TO "{ $role }"
the-server-at-x-does-not-list = { $place }의 서버가 자기 데이터베이스를 목록에 보이지 않습니다

# src/store/postgres/connect.rs
x-tried-for-x-s = { $fault-text }({ $seconds }초 동안 시도함, DATABASE_START_WAIT)

# src/store/postgres/error.rs
postgresql-x-x = PostgreSQL: { $fault-text }. { $remedy-text }
the-server-at-x-does-not-speak-tls = { $place }의 서버는 TLS를 쓰지 않습니다
set-ssl-on = postgresql.conf에서 ssl = on으로 바꾸십시오. 사이에서 아무도 엿들을 수 없는 곳에서만 sslmode=disable로 적으십시오
the-server-at-x-wants-a-password = { $place }의 서버가 사용자 { $user }의 비밀번호를 요구하는데 설정된 것이 없습니다
write-it-into-database-url-as = DATABASE_URL에 사용자:비밀번호@ 꼴로 적거나 DATABASE_PASSWORD에 적으십시오
logging-in-at-x-failed = { $place }에 로그인하지 못했습니다: { $error }: { $why }
take-a-way-to-log-in = pg_hba.conf에서 제비가 아는 로그인 방식인 scram-sha-256, md5, trust 가운데 하나를 쓰십시오
the-server-at-x-ended = { $place }의 서버가 연결을 여는 도중에 끊었습니다
see-the-server-log-nothing-to-do = 서버의 로그를 보십시오. 재시작하던 중이었다면 할 일이 없습니다
no-answer-from-x-within = { $place }에서 { $seconds }초 안에 응답이 없습니다
see-whether-the-server-runs-and-timeout = 서버가 돌고 있는지, 방화벽이 이 컴퓨터를 통과시키는지 확인하십시오. 기다리는 시간은 DATABASE_CONNECT_TIMEOUT입니다
nothing-to-do-if-the-server-was = 서버가 재시작된 것이라면 할 일이 없습니다. 저절로 다시 연결합니다
the-connection-to-x-was-lost = { $place }와의 연결이 끊어졌습니다
a-statement-could-not-be-exchanged = 문장을 주고받지 못했습니다: { $error }
it-cannot-be-reached = 연결할 수 없습니다
it-takes-no-writes = 쓰기를 받지 않습니다
others-are-writing-the-same = 다른 곳에서 같은 것을 쓰고 있습니다
it-takes-too-long = 너무 오래 걸립니다
the-server-at-x-does-not-take-the-password = { $place }의 서버가 사용자 { $user }의 비밀번호를 받아들이지 않습니다
correct-it-in-database-url = DATABASE_URL이나 DATABASE_PASSWORD에서 고치십시오. 없는 역할도 같은 말로 거절됩니다
the-server-at-x-has-no-user = { $place }의 서버에 로그인할 수 있는 사용자 { $user }이(가) 없습니다
make-it-there-create-role = 그 서버에 만드십시오: CREATE ROLE "{ $user }" LOGIN PASSWORD '…'
the-server-at-x-does-not-let = { $place }의 서버가 여기서 오는 사용자 { $user }을(를) 들이지 않습니다: { $message }
add-a-line-for-this-user = 서버의 pg_hba.conf에 이 사용자, 데이터베이스, 주소의 줄을 더하십시오. hostssl 줄은 TLS를 요구합니다
there-is-no-database-x-at = { $place }에 데이터베이스 { $database }이(가) 없습니다
make-it-there-create-database = 그 서버에 만드십시오: CREATE DATABASE "{ $database }" OWNER "{ $user }" ENCODING 'UTF8' TEMPLATE template0
the-server-at-x-is-starting = { $place }의 서버가 시작하거나 멈추는 중입니다: { $message }
nothing-to-do-if-it-passes = 곧 지나가면 할 일이 없습니다. 저절로 다시 시도합니다
the-pooler-at-x-refuses = { $place }의 풀러가 연결을 거절합니다: { $message }
see-that-it-knows-this-user = 풀러가 이 사용자와 데이터베이스를 아는지 확인하십시오. 트랜잭션 단위로 연결을 빌려주는 풀러라면 DATABASE_POOLER=transaction으로 설정하십시오
another-transaction-was-in-the-way = 다른 트랜잭션과 부딪쳤습니다: { $message }
nothing-to-do-it-is-tried = 할 일이 없습니다. 저절로 다시 시도합니다
a-lock-was-not-to-be-had = 제때 잠금을 얻지 못했습니다: { $message }
see-pg-locks = 누가 잡고 있는지 pg_locks에서 보십시오. 저절로 다시 시도합니다
a-statement-was-broken-off = 문장 실행이 중단되었습니다: { $message }
see-what-keeps-the-server-busy = 서버가 왜 바쁜지 확인하십시오. 문장 하나에 허용되는 시간은 DATABASE_STATEMENT_TIMEOUT입니다
the-server-at-x-has-no-connection = { $place }의 서버에 남은 연결이 없습니다: { $message }
raise-its-max-connections = 서버의 max_connections나 역할 또는 데이터베이스의 제한을 올리거나, DATABASE_POOL_SIZE를 줄이거나, 사이에 풀러를 두십시오
the-disk-of-the-server-at-x = { $place }의 서버의 디스크가 가득 찼습니다: { $message }
free-space-there = 그곳의 공간을 비우십시오. 그때까지 메일을 받지 않습니다
the-server-at-x-is-out-of-memory = { $place }의 서버에 메모리나 다른 자원이 모자랍니다: { $message }
see-its-log-and-give-it-more = 서버의 로그를 보고 자원을 늘리십시오
the-server-at-x-takes-no-writes = { $place }의 서버는 쓰기를 받지 않습니다: { $message }
name-the-primary-in-database-url-after = DATABASE_URL에 프라이머리를 적으십시오. 주소가 프라이머리를 따라간다면 장애 조치 뒤에 저절로 다시 찾습니다
user-x-lacks-a-right = 사용자 { $user }에게 권한이 모자랍니다: { $message }
give-it-to-the-user-there = 그 사용자에게 권한을 주거나 소유자로 만드십시오: ALTER DATABASE "{ $database }" OWNER TO "{ $user }"
a-prepared-statement-was-not-kept = 준비한 문장이 남아 있지 않습니다({ $code }). 풀러가 트랜잭션 단위로 연결을 빌려주고 있습니다
set-database-pooler-transaction = DATABASE_POOLER=transaction으로 설정하십시오
a-statement-failed-x = 문장을 실행하지 못했습니다({ $code }): { $message }
see-the-server-log-and-report = 서버의 로그를 보고, 프로그램의 결함으로 알려 주십시오
nothing-listens-at-x = { $place }에서 듣는 서버가 없습니다
start-the-server-there = 그곳에서 서버를 시작하거나 DATABASE_URL의 호스트와 포트를 고치십시오
there-is-no-socket-x = 소켓 { $place }이(가) 없습니다
start-the-server-or-correct-the-folder = 서버를 시작하거나 DATABASE_URL의 폴더와 포트를 고치십시오
this-process-may-not-open-x = 이 프로세스에는 { $place }을(를) 열 권한이 없습니다
let-its-user-into-the-folder = 이 프로세스의 사용자가 소켓 폴더에 들어갈 수 있게 하거나 TCP 주소를 쓰십시오
the-name-of-x-cannot-be-resolved = { $place }의 이름을 찾을 수 없습니다: { $error }
correct-the-host-in-database-url = DATABASE_URL의 호스트를 고치거나, 이 컴퓨터의 이름 서비스가 왜 모르는지 확인하십시오
x-cannot-be-reached-x = { $place }에 연결할 수 없습니다: { $error }
see-whether-the-server-runs-and = 서버가 돌고 있는지, 방화벽이 이 컴퓨터를 통과시키는지 확인하십시오
tls-could-not-be-agreed-on = TLS 협상에 실패했습니다
see-the-server-log-and-which-tls = 서버의 로그와, 서버가 받는 TLS 버전(ssl_min_protocol_version)을 확인하십시오
no-secure-connection-to-x = { $place }에 안전하게 연결할 수 없습니다: { $what-text }({ $inner })
the-certificate-is-for-another-name = 인증서가 다른 이름의 것입니다
name-the-server-in-database-url = DATABASE_URL에서 서버를 인증서에 있는 이름으로 적으십시오. sslmode=verify-ca는 인증 기관만 확인합니다
the-certificate-is-of-an-unknown = 인증서를 발급한 인증 기관을 알 수 없습니다
name-the-certificate-of-the-server = 서버 인증 기관의 인증서를 DATABASE_CA_FILE로 지정하십시오. 그런 것이 없다면 누군가 사이에서 서버인 척하는 것일 수 있습니다
the-certificate-has-expired = 인증서의 유효 기간이 지났습니다
renew-it-on-the-server = 서버에서 갱신하고 이 컴퓨터의 시계를 확인하십시오
the-certificate-is-not-valid-yet = 인증서가 아직 유효하지 않습니다
check-this-machine-clock = 이 컴퓨터의 시계를 확인하십시오
the-certificate-cannot-be-used = 인증서를 쓸 수 없습니다
give-the-server-one-that-is-signed = 인증 기관이 서명하고 호스트 이름(subjectAltName)이 들어 있는 인증서를 서버에 두십시오

# src/store/postgres/open.rs
the-schema-has-migration-x-x = 스키마에 더 새로운 제비의 마이그레이션 { $no }({ $name })이 있습니다: 그 버전을 시작하십시오
this-store-was-transferred-to = 이 저장소는 { $to }(으)로 옮겨졌습니다: DATABASE_URL을 그곳으로 바꾸십시오
the-database-does-not-do-what = 여는 데 필요한 것을 데이터베이스가 하지 못합니다: { $value }
migration-x-x-was-not-run-the = 마이그레이션 { $no }({ $name })을(를) 실행하지 못했습니다. 데이터베이스의 응답: { $value }. 그곳에서 바로잡으십시오. 보통은 테이블 소유자로 jebi migrate를 실행합니다
migration-x-x-was-not-run-for = 마이그레이션 { $no }({ $name })을(를) 실행하지 못했습니다. 다른 세션이 테이블을 계속 쓰고 있었습니다: { $holders }. 그 세션을 끝낸 뒤 다시 시작하십시오
a-thread-could-not-be-started = 스레드를 시작할 수 없습니다: { $value }

# src/store/postgres/pool.rs
no-pool-could-be-made = 연결 풀을 만들지 못했습니다: { $error }
no-connection-for-reading = 읽기용 연결이 { $seconds }초 안에 비지 않았습니다
raise-database-pool-size = DATABASE_POOL_SIZE를 올리십시오
it-is-tried-again-by-itself = 저절로 다시 시도합니다
the-connections-for-reading = 읽기용 연결이 닫혔습니다
it-is-stopping-ask-again = 멈추는 중입니다. 다시 시작된 뒤에 요청하십시오

# src/store/postgres/tls.rs
this-system-has-no-certificate-authorities-to = 서버의 인증서를 확인할 인증 기관이 이 시스템에 없습니다
install-the-package-ca = ca-certificates 패키지를 설치하거나 DATABASE_CA_FILE로 PEM 파일을 지정하십시오
the-authorities-in-x = { $path }의 인증 기관을 쓸 수 없습니다: { $why }
give-a-readable-file-as-database-ca = PEM 인증서가 하나 이상 든, 읽을 수 있는 파일을 DATABASE_CA_FILE로 지정하십시오

# src/app/mod.rs

# src/store/sqlite/open.rs
the-folder-or-file-x-cannot = 폴더나 파일 { $value }을(를) 쓸 수 없습니다: { $source }
another-jebi-process-has-x-open = 다른 제비 프로세스가 { $value }을(를) 열고 있습니다. 그것을 먼저 멈추거나 다른 DATABASE_URL을 지정하십시오
x-is-on-a-network-file = { $value }은(는) 네트워크 파일 시스템({ $kind })에 있어 SQLite의 잠금과 동기화를 믿을 수 없습니다. DATABASE_URL을 로컬 디스크에 두십시오
the-database-has-migration-x-x = 데이터베이스에 더 새로운 제비의 마이그레이션 { $no }({ $name })이 있습니다. 그 버전을 시작하거나 그 전에 만든 백업을 복원하십시오
migration-x-x-in-the-database = 데이터베이스의 마이그레이션 { $no }({ $name })이 이 제비가 아는 것과 다릅니다. 고쳐서 만든 빌드가 적용한 것입니다
the-database-cannot-be-read-x = 데이터베이스를 읽을 수 없습니다: { $value }
the-database-cannot-be-opened-x = 데이터베이스를 열 수 없습니다: { $value }
the-database-is-damaged-x = 데이터베이스가 손상되었습니다: { $value }

# src/cli/config.rs
note-notice = 참고: { $notice-text }
warning-warning = 경고: { $warning-text }

# src/config/language.rs
not-a-language = { $value }은(는) 제비가 쓸 수 있는 언어가 아닙니다
write-en-or-ko = en이나 ko로 적으십시오

# src/store/sqlite/guard.rs
installation-damaged = { $path } 파일이 손상되었습니다. id, epoch, inode가 있어야 합니다
installation-missing = 이 데이터베이스에 딸린 파일 { $path }이(가) 없습니다. 데이터베이스를 복사했거나 복원했습니다
installation-foreign = { $path }은(는) 다른 데이터베이스에 딸린 파일입니다
installation-newer = 데이터베이스가 { $path }에 적힌 것보다 오래되었습니다(epoch { $written } 다음에 { $epoch }). 복원한 것입니다
installation-copied = { $path }은(는) 사본입니다. 폴더 전체를 복사했거나 복원했습니다
restored-due = 저장소를 복사하거나 복원했을 때 보낼 차례였습니다. 원본이 이미 보냈을 수 있습니다
restored-look = 도착했는지 확인하고, 도착하지 않았을 때만 다시 보내십시오

# src/cli/expiry.rs
write-a-number-and-s-m = 90d처럼 수에 s, m, h, d를 붙이거나 2027-01-31T00:00:00+09:00처럼 시각을 적으십시오

# src/http/access/gate.rs
an-address-the-proxy-does-not = 프록시가 알려 주지 않은 주소
requests-from-x-are-not-taken = { $from-text }에서 온 요청은 받지 않습니다
call-from-an-allowed-network-or = 허용된 네트워크에서 요청하거나 ALLOWED_NETWORKS에 더해 달라고 하십시오. 프록시를 거친다면 TRUSTED_PROXIES에 지정하십시오
the-host-header-names-no-host = Host 헤더에 호스트가 없습니다
send-the-name-of-this-server = 이 서버의 이름을 넣어 보내십시오

# src/http/access/load.rs
the-bodies-of-other-requests-take = 다른 요청의 본문이 정해진 메모리를 다 쓰고 있습니다(JEBI_MAX_BODIES_BYTES)
too-many-requests-are-under-way = 처리 중인 요청이 너무 많습니다(MAX_CONCURRENT_REQUESTS)
the-head-has-x-lines-and = 요청 헤더가 { $value }줄, { $bytes }바이트입니다. { $max-lines }줄, { $max-head }바이트까지 받습니다
leave-out-headers-that-are-not = 필요 없는 헤더를 빼고 데이터는 본문에 넣으십시오

# src/http/api/audit.rs
x-is-no-time-in-the = { $text }은(는) RFC 3339 형식의 시각이 아닙니다
give-it-like-2026-11-21t00 = 2026-11-21T00:00:00Z처럼 적으십시오

# src/service/caller.rs
an-unknown-address = 알 수 없는 주소
this-key-may-not-be-used = 이 키는 { $from-text }에서 쓸 수 없습니다
use-it-from-one-of-its = 키에 정해진 네트워크에서 쓰거나, 관리자에게 네트워크를 바꿔 달라고 하십시오(PATCH /v1/keys/{ $id })
this-needs-the-scope-x-the = { $needed } 권한이 필요한데, 이 키의 권한은 다음과 같습니다: { $has }
use-a-key-with-it-jebi = 그 권한이 있는 키를 쓰십시오(`jebi key create --scope { $needed }`)
a-key-with-senders-or-a = 발신자나 하루 한도가 정해진 키로는 다시 보낼 수 없습니다
post-it-as-a-new-message = 새 메시지로 접수하거나, 그런 제한이 없는 키를 쓰십시오

# src/service/grant.rs
give-an-address-news-example-kr = 주소(news@example.kr)나 도메인 전체(@example.kr)를 적으십시오
give-a-network-10-0-0 = 네트워크(10.0.0.0/8, 2001:db8::/32)나 주소를 적으십시오
give-one-or-more-of-send = send, read, admin 가운데 하나 이상을 적으십시오
the-key-would-allow-nothing = 아무것도 할 수 없는 키가 됩니다
x-is-no-scope = { $text }은(는) 권한 이름이 아닙니다
give-a-time-to-come-such = 2027-01-31T00:00:00+09:00처럼 앞으로의 시각을 적으십시오
x-is-past = { $text }은(는) 지난 시각입니다
x-is-not-a-number-from = { $limit }은(는) 1부터 { $max-daily }까지의 수가 아닙니다
give-the-recipients-a-day-or = 하루 수신자 수를 적거나, 한도가 없으면 null을 적으십시오
x-are-given-at-most-x = { $value }개를 적었습니다. { $max-list }개까지 받습니다
name-whole-domains-and-larger-networks = 도메인 전체나 더 큰 네트워크를 적으십시오
x-is-no-x = { $text }은(는) { $noun-text }이(가) 아닙니다
network = 네트워크

# src/service/tokens.rs
its-subject-was-revoked-or-has = 주체(sub)가 폐기되었거나 만료되었습니다
its-header-cannot-be-read = 헤더를 읽을 수 없습니다
its-header-asks-for-extensions = 헤더가 확장(crit)을 요구하지만 이 서버가 아는 확장이 없습니다
it-is-not-signed-with-hs256 = HS256으로 서명되지 않았습니다
its-claims-cannot-be-read = 클레임을 읽을 수 없습니다
its-signature-does-not-hold = 서명이 맞지 않습니다
it-has-no-subject-sub-of = 1~100자의 주체(sub)가 없습니다
it-does-not-say-when-it = 만료 시각(exp)이 없습니다
it-has-expired = 만료되었습니다
it-holds-for-more-than-ten = 유효 기간이 10년을 넘습니다
it-does-not-hold-yet-nbf = 아직 유효하지 않습니다(nbf)
this-token-does-not-hold-x = 쓸 수 없는 토큰입니다: { $why-text }
make-another-with-jebi-token-create = `jebi token create`로 다시 만들거나, sub와 exp 클레임을 넣어 JWT_SECRET과 HS256으로 서명하십시오
the-subject-must-be-1-to = 주체는 제어 문자 없이 1~{ $max-subject }자여야 합니다
name-the-program-or-person-that = 토큰을 쓸 프로그램이나 사람의 이름을 적으십시오
a-token-must-end-within-ten = 토큰의 유효 기간은 10년 이내여야 합니다
give-a-shorter-time-such-as = 30d처럼 더 짧은 기간을 적으십시오. 더 오래 쓸 것은 API 키로 만드십시오
the-token-could-not-be-signed = 토큰에 서명할 수 없습니다: { $error }

# src/service/usage.rs
this-key-may-send-to-x = 이 키로는 하루에 { $limit }명까지 보낼 수 있고 { $taken }명에게 보냈는데, 요청의 수신자가 { $recipients }명입니다
nothing-was-stored-send-it-again = 저장된 것이 없습니다. 하루가 지난 뒤(Retry-After) 다시 보내거나, 관리자에게 daily_limit을 늘려 달라고 하십시오

# src/service/accept/permitted.rs
this-key-may-not-send-as = 이 키로는 { $value }(으)로 보낼 수 없습니다
use-a-sender-the-key-allows = 이 키로 쓸 수 있는 발신자를 쓰십시오: { $value }

# src/cli/bench/caller.rs
key-cannot-stand-in-a-header = --key: 헤더에 쓸 수 없습니다: { $e }

# src/cli/bench/measure.rs
url-that-server-names-no-provider = --url: 그 서버에 제공자가 없어, 실제로 아무것도 보내지 않는지 알 수 없습니다
url-that-server-sends-through-x = --url: 그 서버는 { $value }(으)로 보냅니다. 측정 메일이 누구에게도 가면 안 되므로 PROVIDER=local인 서버를 재십시오
a-real-provider = 실제 제공자
no-delivery-in-the-answer = 응답에 발송이 없습니다
a-mail-became-x = 메일 한 통이 { $value } 상태가 되었습니다
x-mails-were-not-sent = 메일 { $lost }통이 발송되지 않았습니다
it-could-not-be-measured-x = 측정하지 못했습니다: { $why-text }
nothing-was-sent-for-x-s = { $value }초 동안 아무것도 보내지 못했습니다. 이유는 GET /v1/providers에 있습니다

# src/cli/bench/mod.rs
key-is-needed-with-url-give = --key: --url을 쓸 때는 꼭 필요합니다. 그 서버의 API 키를 주거나 JEBI_API_KEY를 지정하십시오
stopped-before-it-was-measured = 측정하기 전에 멈췄습니다
url-x-is-not-an-address = --url: { $url }은(는) 잴 수 있는 주소가 아닙니다. http://IP:포트로 적으십시오

# src/cli/bench/site.rs
the-folder-x-could-not-be = 폴더 { $value }을(를) 지울 수 없습니다: { $error }. 직접 지우십시오
the-working-directory-is-gone-x = 작업 디렉터리가 없어졌습니다: { $e }
the-folder-x-cannot-be-made = 폴더 { $value }을(를) 만들 수 없습니다: { $e }. 쓸 수 있는 곳에서 실행하십시오
the-server-to-be-measured-did = 측정할 서버가 시작되지 않았습니다: { $e }

# src/cli/bench/table.rs
a-second = 통/초
a-mail-server-and-caller-together = (메일 한 통당, 서버와 호출자 합계)
bench-one = { $count }통을 한 통씩 차례로, 요청부터 발송까지
bench-many = { $count }명에게 보내는 대량 발송 한 건
bench-accepted = 접수
bench-sent = 발송
bench-processor = CPU
bench-memory = 메모리

# src/config/key.rs
profile-file = 프로필 파일

# src/config/profile.rs
names-the-profile-x-but-there = 프로필 { $name }을(를) 가리키는데 { $value }도 { $second }도 없습니다
make-one-of-them-or-remove = 둘 가운데 하나를 만들거나, 프로필 없이 쓰려면 이름을 빼십시오
write-1-to-x-lower-case = staging처럼 소문자, 숫자, -, _로 1~{ $longest }자를 적으십시오
x-is-not-the-name-of = { $value }은(는) 프로필의 이름이 될 수 없습니다
x-cannot-be-read-x-more = { $file }: 읽을 수 없습니다: { $error }
correct-the-file-rights-or-encoding = 파일의 권한이나 인코딩(UTF-8)을 바로잡으십시오

# src/config/recipients.rs
write-addresses-and-domains-with-commas = 주소와 @도메인을 쉼표로 나누어 적으십시오: kim@example.kr, @example.com
holds-x-which-is-not-an = 주소도 @도메인도 아닌 { $value }이(가) 있습니다({ $fault-text })
names-nobody = 아무도 적혀 있지 않습니다

# src/service/accept/allow.rs
this-server-mails-only-the-recipients = 이 서버는 목록에 있는 수신자에게만 보내는데, 이 수신자는 목록에 없습니다
use-a-recipient-of-the-list = 목록에 있는 수신자를 쓰거나, 운영자에게 RECIPIENT_ALLOWLIST에 더해 달라고 하십시오

# src/cli/retry.rs
total-x-success-x-failed-x = 전체: { $total }, 성공: { $success }, 실패: { $failed }
not-sent-again-x-x = 다시 보내지 않음, { $code }: { $count }

# src/http/docs.rs
a-file-of-swagger-ui-could = Swagger UI의 파일을 만들 수 없습니다: { $error }

# src/http/api/deliveries/again.rs
x-is-not-between-x-and = { $given }은(는) { $least }부터 { $most }까지의 수가 아닙니다
give-a-number-in-that-range = 그 범위의 수를 적으십시오
use-failed-expired-unknown-or-unsettled = failed, expired, unknown, unsettled 가운데 하나를 쓰십시오
what-is-x-goes-by-itself = { $word } 상태의 메일은 다시 보내지 않습니다. 스스로 발송됩니다
what-is-x-was-taken = { $word } 상태의 메일은 다시 보내지 않습니다. 제공자가 받았습니다
what-is-x-is-suppressed = { $word } 상태의 메일은 다시 보내지 않습니다. 수신 차단 목록에 있는 주소입니다
what-is-x-was-stopped = { $word } 상태의 메일은 다시 보내지 않습니다. 누군가 취소했습니다
x-is-no-result-a-person = { $other }은(는) 사람이 정할 수 있는 결과가 아닙니다
use-sent-or-failed = sent나 failed를 쓰십시오

# src/http/api/topics/
x-is-no-step-of-a-series = { $text }은(는) 시계열의 단위가 아닙니다
use-hour-or-day = hour나 day를 쓰십시오
nobody-is-asked-for = 누구에게 다시 보낼지 적혀 있지 않습니다
name-states-or-feedback-or-leave = states나 feedback을 적거나, 둘 다 빼면 failed와 expired를 다시 보냅니다
x-was-refused-for-good = { $word }: 완전히 거절되었고, 다시 보내도 거절됩니다
x-whoever-reported-it-as-spam = { $word }: 스팸으로 신고한 사람에게는 다시 보내지 않습니다
x-the-provider-goes-on-trying = { $word }: 제공자가 스스로 다시 시도하고 있습니다
x-whoever-got-it-does-not = { $word }: 받은 사람에게는 다시 보내지 않습니다
use-soft-bounced = soft_bounced를 쓰십시오

# src/service/results/
x-is-not-after-since-x = { $until }이(가) since({ $since })보다 뒤가 아닙니다
give-a-later-time-or-an = 더 늦은 시각이나 더 이른 since를 적으십시오

# src/cli/topic.rs
it-is-paused = 일시 정지되어 있습니다
what-waits-will-have-been-sent = 대기 중인 메일은 { $finish }쯤 모두 발송됩니다

# src/http/api/deliveries/csv.rs
ask-again-if-it-fails-again = 다시 요청하고, 또 실패하면 알려 주십시오
the-file-could-not-be-written = 파일을 쓸 수 없었습니다

# src/http/api/deliveries/filter.rs
use-transactional-or-bulk = transactional이나 bulk를 쓰십시오
x-is-no-lane = { $text }은(는) lane이 아닙니다
x-is-no-feedback = { $text }은(는) 피드백의 종류가 아닙니다
x-is-no-tag = { $text }은(는) 태그가 아닙니다
write-name-value-such-as-campaign = campaign:spring처럼 이름:값으로 적으십시오

# src/service/reschedule.rs
the-message-was-cancelled = 취소된 메시지입니다
submit-the-mail-anew = 메일을 새로 접수하십시오
the-message-expires-at-x-which = 메시지가 { $at }에 만료되는데, { $value }보다 뒤가 아닙니다
give-an-earlier-time-or-submit = 더 이른 시각을 적거나, expires_at을 늦추어 메일을 새로 접수하십시오

# src/service/retry.rs
it-is-longer-than-x-characters-or = { $max-note }자보다 길거나 제어 문자가 있습니다
write-a-short-plain-note-or = 짧은 글로 적거나 빼십시오
it-is-x-only-what-is = { $value } 상태입니다. unsettled나 unknown만 직접 확정할 수 있습니다
leave-it-as-it-is-what = 그대로 두십시오. 확실한 결과는 바뀌지 않습니다
it-is-waiting-or-being-sent = 대기 중이거나 보내는 중이므로 저절로 나갑니다
wait-for-its-result = 결과를 기다리십시오
it-goes-once-more-by-itself = 그때까지 결과를 알 수 없으면 { $at }에 저절로 한 번 더 보냅니다
wait-until-then = 그때까지 기다리십시오
the-provider-took-it = 제공자가 받았습니다
it-soft-bounced-and-arrived = 소프트 바운스가 있었지만 도착했습니다. 자동 응답이었습니다
its-recipient-reported-it-as-spam = 수신자가 스팸으로 신고했습니다
do-not-mail-this-recipient-again = 이 수신자에게는 다시 보내지 마십시오
nobody-knows-whether-it-arrived = 도착했는지 알 수 없습니다
ask-for-unknown-and-unsettled = 두 번 도착할 수 있어도 괜찮다면 unknown과 unsettled도 지정하고, 아니면 결과를 직접 확정하십시오
submit-the-mail-anew-if-the = 수신자가 한 번 더 받아야 한다면 메일을 새로 접수하십시오
the-provider-refused-it-for-good = 제공자가 영구히 거절했고, 다시 보내도 같습니다
see-the-delivery-reason-correct-what = 발송의 사유를 보고 고친 뒤 메일을 새로 접수하십시오
the-address-is-on-the-suppression = 수신 차단 목록에 있는 주소입니다
take-the-address-off-the-list = 주소의 주인이 메일을 원한다면 먼저 목록에서 빼십시오
the-recipient-has-unsubscribed-from = 받는 사람이 이런 메일의 수신을 거부했습니다
send-to-them-again-only-when = 받는 사람이 다시 요청한 때에만 보내십시오
the-recipient-data-was-erased = 수신자의 정보가 지워졌습니다
mail-them-again-only-after-they = 본인이 요청한 뒤에만 다시 보내십시오: 새 동의 기록 또는 DELETE /v1/persons/{ $address }/erasure
what-the-mail-said-was-deleted = 메일의 내용이 삭제되었습니다
it-was-cancelled-and-what-was = 취소되었고, 취소된 것은 보내지 않습니다
it-may-have-arrived-and-was = 도착했을 수 있고 그 뒤 취소되거나 만료되었습니다. 이런 메일은 다시 보내지 않습니다
submit-the-mail-anew-if-you = 도착하지 않은 것이 확실하면 메일을 새로 접수하십시오
it-was-sent-again-before-as = 이미 발송 { $id }(으)로 다시 보냈습니다
look-at-that-delivery = 그 발송을 확인하십시오
it-was-sent-again-x-times = { $times }번 다시 보냈습니다
raise-max-retries-or-leave-it = max_retries를 늘리거나, 더 보내지 말고 그대로 두십시오
no-provider-carries-its-sender = 이 서버에서 이 발신자의 메일을 보내는 제공자가 더는 없습니다
let-the-operator-add-the-sender-or = 운영자에게 [providers.NAME]의 `senders`에 발신자를 더해 달라고 하거나, 다른 발신자로 메일을 새로 접수하십시오

# src/service/times.rs
x-is-more-than-x-days = { $due }은(는) { $days }일보다 먼 시각입니다. 지금은 { $now }입니다
give-an-earlier-time-jebi-max = 더 이른 시각을 적으십시오. 한도는 서버의 JEBI_MAX_SCHEDULE_DAYS입니다

# src/app/reload.rs
was-of-the-kind-x-and = 종류가 { $value }이었는데 { $second }(으)로 바뀌었습니다
give-the-new-account-a-name = 새 계정에 다른 이름을 주고, 기다리는 메일은 POST /v1/providers/NAME/move로 옮기십시오
the-server-could-not-use-its-store = 서버가 저장소를 쓸 수 없었습니다. 설정을 다시 한번 읽게 하십시오
correct-the-files-or-the-paths = 파일이나 그 경로를 바로잡으십시오

# src/cli/reload.rs
no-server-runs-here-the-next = 여기서 실행 중인 서버가 없습니다. 설정은 다음에 시작할 때 읽습니다
x-changed = { $key }: 바뀌었습니다
x-changed-holds-from-the-next = { $key }: 바뀌었고, 다음에 시작할 때부터 적용됩니다
nothing-has-changed-values-of-the = 바뀐 것이 없습니다. 프로세스의 환경 변수와 명령행 옵션은 다시 시작해야 바뀝니다

# src/config/mod.rs
providers-x-comes-first = providers.{ $value }이(가) 먼저입니다

# src/config/postgres.rs
write-postgres-user-password-host = postgres://사용자:비밀번호@호스트:5432/데이터베이스로 적으십시오
write-special-characters-of-a-password = 비밀번호의 /, ?, #, @, %는 %2F, %3F, %23, %40, %25로 적거나, 비밀번호를 DATABASE_PASSWORD에 적으십시오
write-sslmode = sslmode=verify-full, verify-ca, require, disable 가운데 하나로 적으십시오
holds-a-password-and-so-does = 비밀번호가 들어 있는데 { $other }에도 있습니다
holds-sslrootcert-and = sslrootcert가 있는데 { $other }도 파일을 가리킵니다
names-authorities-in-sslrootcert = sslrootcert로 인증 기관을 지정했지만 sslmode={ $mode }에서는 확인에 쓰이지 않습니다
write-sslmode-verify-full-or = sslmode=verify-full로 적거나 sslrootcert를 빼십시오
is-not-the-address-of-a-postgresql = PostgreSQL의 주소가 아닙니다
has-an-at-or-a-hash = 있을 수 없는 자리에 @나 #가 있습니다. 비밀번호를 퍼센트 인코딩하지 않았을 때 이렇게 됩니다
names-no-user = 사용자 이름이 없습니다
names-no-database = 데이터베이스 이름이 없습니다
names-several-hosts = 호스트가 여럿입니다
name-the-one-address-that-follows = 늘 프라이머리로 이어지는 주소 하나를 적으십시오. 가상 주소, 서비스 이름, 풀러 가운데 하나입니다
names-a-host-twice = 호스트가 경로 앞과 옵션에 두 번 있습니다
names-no-host = 호스트가 없습니다
names-a-host-that-is-neither = 호스트가 이름도 주소도 아닙니다
has-a-port-that-is-no-number = 포트가 1부터 65535까지의 숫자가 아닙니다
write-host-5432 = 호스트:5432처럼 적으십시오. 비밀번호의 일부라면 비밀번호를 DATABASE_PASSWORD에 적으십시오
asks-for-tls-over-a-unix-socket = 유닉스 소켓에 TLS를 요구하지만 PostgreSQL은 거기서 TLS를 쓰지 않습니다
leave-sslmode-out = sslmode를 빼십시오. 소켓은 이 컴퓨터를 벗어나지 않습니다
names-a-file-in-sslrootcert = sslrootcert의 파일을 읽을 수 없거나 인증서가 들어 있지 않습니다
holds-a-password-among = 옵션 가운데 비밀번호가 있습니다
write-it-as-user-password = 사용자:비밀번호@ 꼴로 적거나 DATABASE_PASSWORD에 적으십시오
holds-an-option-jebi-does-not = 제비가 받지 않는 옵션이 있습니다
keep-host-port-user = host, port, user, sslmode, sslrootcert만 남기십시오. 시간 제한에는 따로 키가 있습니다
asks-for-sslmode-prefer = sslmode=prefer입니다. TLS가 안 되면 아무도 모르게 암호화 없이 이어집니다
asks-for-sslmode-allow = sslmode=allow입니다. 서버가 요구할 때만 TLS를 씁니다
asks-for-an-sslmode-there-is-not = 없는 sslmode입니다
holds-a-percent-that-is-not = % 뒤에 UTF-8 글자를 나타내는 16진수 두 자리가 없습니다

# src/config/preset.rs
gmail-takes-no-account-password-switch = Gmail은 계정 비밀번호를 받지 않습니다. 2단계 인증을 켜고 myaccount.google.com/apppasswords에서 앱 비밀번호를 만들어 쓰십시오
use-an-app-password-of-a = 2단계 인증을 켠 Google Workspace 사용자의 앱 비밀번호를 쓰고, 관리자에게 그 사용자의 SMTP 릴레이 서비스를 허용해 달라고 하십시오
switch-imap-smtp-on-in-naver = 네이버 메일의 환경설정 > POP3/IMAP 설정에서 IMAP/SMTP를 사용함으로 바꾸고, 2단계 인증을 켠 뒤 네이버 아이디와 애플리케이션 비밀번호를 쓰십시오
make-a-password-for-external-apps = 네이버웍스 메일 설정에서 외부 앱 비밀번호를 만들어 쓰십시오
set-imap-smtp-to-in-kakao = 카카오메일 설정에서 IMAP/SMTP를 사용함으로 바꾸고, 2단계 인증을 켠 뒤 앱 비밀번호를 쓰십시오
set-imap-smtp-to-in-daum = 다음메일 설정에서 IMAP/SMTP를 사용함으로 바꾸고, 2단계 인증을 켠 뒤 앱 비밀번호를 쓰십시오
outlook-com-takes-no-passwords-any = Outlook.com은 이제 비밀번호를 받지 않고 OAuth 2.0만 받는데, 제비에는 그 기능이 없습니다. 다른 서비스로 보내십시오
let-the-administrator-allow-authenticated-smtp = 관리자에게 이 사서함의 SMTP AUTH를 허용해 달라고 하십시오. Microsoft는 2027년에 비밀번호 로그인을 없앱니다
ses-has-smtp-credentials-of-its = SES의 SMTP 자격 증명은 따로 있습니다(SES 콘솔의 SMTP settings). AWS 액세스 키로는 로그인할 수 없습니다
x-is-not-a-service-jebi = { $value }은(는) 제비가 아는 서비스가 아닙니다

# src/config/providers.rs
it-carries-every-sender = 모든 발신자를 맡습니다
write-addresses-such-as-shop-example = shop@example.com 같은 주소나 @example.com 같은 도메인을 적으십시오
x-is-neither-an-address-nor = { $value }은(는) 주소도 도메인도 아닙니다({ $fault-text })
is-not-a-key-of-a = { $kind } 종류의 제공자에는 없는 키입니다
it-takes-x = 쓸 수 있는 키: { $value }
move-it-into-a-providers-name = { $section } 종류의 [providers.NAME] 안으로 옮기거나, [providers.NAME]을 빼십시오
is-set-beside-providers-name-which = 이것을 대신하는 [providers.NAME]과 함께 지정되어 있습니다
leave-it-out-senders-choose-among = 빼십시오. [providers.NAME] 가운데서는 발신자에 따라 정해집니다
has-the-same-names-in-the = 다른 제공자와 환경 변수 이름이 겹칩니다
give-it-a-name-that-differs = _와 -를 같은 글자로 보아도 겹치지 않는 이름을 주십시오

# src/config/smtp.rs
set-smtp-host-to-the-server = SMTP_HOST에 smtp.gmail.com 같은 서버 이름을 적거나 프리셋을 고르십시오
is-not-set-and-mail-is = SMTP 서버로 보내기로 했는데 지정되지 않았습니다
is-not-set-and-the-host = { $value }의 호스트가 이것에 달려 있는데 지정되지 않았습니다
write-an-aws-region-such-as = ap-northeast-2 같은 AWS 리전을 적거나 호스트를 지정하십시오
is-none-so-mail-and-password = none이어서 메일과 비밀번호가 { $value }까지 암호화되지 않은 채 네트워크를 지나갑니다
write-starttls-or-implicit-where-the = starttls나 implicit으로 적으십시오. 믿을 수 있는 네트워크라면 smtp.allow_unencrypted(JEBI_SMTP_ALLOW_UNENCRYPTED)를 true로 지정하십시오
is-starttls-but-port-465-speaks = starttls인데, 465번 포트는 첫 바이트부터 TLS입니다
write-implicit-or-use-port-587 = implicit으로 적거나 587번 포트를 쓰십시오
set-both-or-neither-for-a = 둘 다 지정하거나, 로그인이 필요 없는 서버라면 둘 다 빼십시오
holds-a-control-character-which-no = { $what-text }에는 없는 제어 문자가 있습니다
user-name = 사용자 이름
password = 비밀번호
copy-it-again-without-line-ends = 줄 끝 문자 없이 다시 복사하십시오
write-the-name-alone-such-as = smtp.gmail.com처럼 이름만 적으십시오. 포트는 따로 지정합니다
x-is-not-the-name-of-a = { $value }은(는) 서버의 이름이 아닙니다
x-is-not-a-host-name = { $value }은(는) 호스트 이름이 아닙니다
write-this-machine-full-name-such = mail.example.com처럼 이 컴퓨터의 전체 이름을 적으십시오

# src/config/dkim.rs
dkim-write-a-selector-and-a-file = 키마다 선택자와 파일을 s1=/etc/jebi/dkim-s1.pem처럼 적고, 키 사이에는 쉼표를 쓰십시오
dkim-name-a-pem-file = 개인 키가 든 PEM 파일을 지정하십시오. jebi dkim new로 만들 수 있습니다
dkim-leave-it-out-with-domain = dkim_domain과 함께 빼십시오
dkim-everybody-may-read = { $path }: 이 컴퓨터의 누구나 이 개인 키를 읽을 수 있습니다. chmod 600으로, 그룹이 따로 있다면 640으로 바꾸십시오
dkim-set-both-or-neither = 둘 다 지정하거나, 서버가 직접 서명한다면 둘 다 빼십시오
dkim-write-the-part-after-the-at = 발신 주소에서 @ 뒤에 오는 부분을 example.com처럼 ASCII로 적으십시오
dkim-x-is-not-a-domain = { $value }은(는) 도메인이 아닙니다
dkim-names-the-selector-twice = 선택자 { $value }이(가) 두 번 나옵니다
dkim-names-no-key = 키가 하나도 없습니다
dkim-has-no-equals-sign = { $value }에 선택자와 파일 사이의 =가 없습니다
dkim-write-the-name-before-domainkey = DNS에서 ._domainkey 앞에 오는 이름을 적으십시오. 영문자, 숫자, -, 점을 쓸 수 있습니다
dkim-x-is-not-a-selector = { $value }은(는) 선택자로 쓸 수 없습니다
dkim-write-it-anew-without-a-passphrase = 암호 없이 다시 저장하십시오: openssl pkey -in 파일 -out 파일
dkim-holds-an-encrypted-key = { $value }의 개인 키는 암호화되어 있습니다
dkim-holds-no-private-key = { $value }에는 개인 키가 없습니다
dkim-ses-signs-itself = 지정되었지만, SES는 메일에 직접 서명하며 서명 대상 헤더를 바꿉니다

# src/cli/dkim.rs
dkim-file-is-there-already = { $file } 파일이 이미 있습니다. --out으로 다른 파일을 지정하거나 그 파일을 옮기십시오
dkim-file-could-not-be-written = { $file } 파일을 쓸 수 없습니다: { $e }
dkim-the-private-key-is-in = 개인 키는 { $value }에 있습니다. 다른 사람에게 공개하지 마십시오.
dkim-publish-this-record = 다음 TXT 레코드를 등록하십시오:
dkim-as-a-zone-line = 존 파일에는 이렇게 적습니다:
dkim-once-it-is-published = 등록이 끝나면 계정이 서명하도록 설정하십시오. 키가 여러 개면 JEBI_SMTP_DKIM_KEYS에 쉼표로 이어 적습니다:
dkim-no-key-could-be-made = 키를 만들 수 없습니다. 시스템에서 난수를 얻지 못했습니다

# src/http/api/admin.rs
nothing-to-do-the-next-start = 할 일이 없습니다. 설정은 다음에 시작할 때 읽습니다
no-server-runs-on-this-store = 이 저장소를 쓰는 서버가 없거나, 다시 읽을 설정 없이 시작되었습니다

# src/service/identities.rs
x-may-not-send-through-x = { $from }은(는) { $provider }(으)로 보낼 수 없습니다. 그곳에서 주소도 도메인도 인증되지 않았습니다
verify-the-address-or-its-domain = 계정의 리전에서 SES 콘솔(Identities)로 주소나 도메인을 인증하거나, 인증된 발신자로 보내십시오
x-cannot-be-mailed-x-is = { $to }에 보낼 수 없습니다. { $provider }이(가) SES 샌드박스에 있고, 주소도 도메인도 인증되지 않았습니다
verify-the-recipient-in-the-ses = SES 콘솔(Identities)에서 수신자를 인증하거나 success@simulator.amazonses.com을 쓰거나 샌드박스 해제를 신청하십시오

# src/service/stray.rs
x-is-not-a-provider-of = { $to }은(는) 이 서버의 제공자가 아닙니다
name-one-of-x = { $value } 가운데 하나를 적으십시오
it-is-the-provider-the-mail = 메일이 이미 그 제공자로 나가려고 기다리고 있습니다
name-another-one = 다른 제공자를 적으십시오
x-recipients-wait-for-the-provider = 수신자 { $waiting }명의 메일이 설정에 없는 제공자 { $provider }을(를) 기다립니다. 다시 설정하거나 POST /v1/providers/{ $path }/move {"{"}"to": "…"{"}"}로 옮기십시오

# src/service/accept/size.rs
the-mail-has-x-bytes-with = 인코딩한 메일 크기가 { $size }바이트입니다. { $provider }은(는) { $limit }바이트까지 받습니다
link-to-large-files-in-place = 큰 파일은 첨부하지 말고 링크로 보내십시오. 인코딩하면 파일이 3분의 1만큼 커집니다

# src/service/accept/route.rs
no-provider-of-this-server-carries = 이 서버에는 { $from }의 메일을 맡는 제공자가 없습니다
send-from-one-of-x-or = { $value } 가운데 하나로 보내거나, 운영자에게 이 발신자를 [providers.NAME]의 `senders`에 더하거나 `senders` 없는 제공자를 두어 달라고 하십시오

# Words that stand in other texts
word-begins = 맨 앞
word-ends = 맨 끝
word-name = 이름
word-value = 값
word-message = 메시지
word-delivery = 발송
word-topic = 토픽
word-key = 키
word-mail = 메일
word-attachment = 첨부 파일
word-client = 클라이언트
word-html-part = HTML 본문
word-provider = 제공자
field-fault-remedy = { $field }: { $fault-text }. { $remedy-text }
and-more = 그 밖에 { $more }건

# Libraries' own texts
lib-invalid-type-at = 형식이 다릅니다. { $expected-text }이(가) 와야 하는데 { $found }입니다({ $line }행 { $column }열)
lib-invalid-type = 형식이 다릅니다. { $expected-text }이(가) 와야 하는데 { $found }입니다
lib-invalid-value-at = 값이 다릅니다. { $expected-text }이(가) 와야 하는데 { $found }입니다({ $line }행 { $column }열)
lib-invalid-value = 값이 다릅니다. { $expected-text }이(가) 와야 하는데 { $found }입니다
lib-expected-one-of = { $known } 가운데 하나
lib-expected-one = { $known }만 쓸 수 있습니다
lib-a-string = 문자열
lib-a-boolean = 참·거짓 값
lib-a-sequence = 배열
lib-a-map = 객체
lib-error = 오류: { $why-text }
lib-usage = 사용법: { $usage }
lib-unexpected-argument = '{ $argument }'은(는) 없는 옵션입니다
lib-unrecognized-subcommand = '{ $command }'은(는) 없는 명령입니다
lib-required-arguments = 꼭 필요한 것이 빠졌습니다:{ $list }
lib-conflict = '{ $argument }'은(는) '{ $other }'과(와) 함께 쓸 수 없습니다
lib-used-once = '{ $argument }'은(는) 한 번만 쓸 수 있습니다
lib-invalid-argument-value = '{ $argument }'의 값 '{ $value }'을(를) 쓸 수 없습니다: { $why-text }
lib-value-required = '{ $argument }'에 값이 없습니다
lib-unexpected-value = '{ $argument }'에 값 '{ $value }'이(가) 남습니다
lib-similar-argument = {"  "}비슷한 옵션: '{ $argument }'
lib-similar-command = {"  "}비슷한 명령: '{ $command }'
lib-similar-commands = {"  "}비슷한 명령: { $commands }
lib-as-value = {"  "}'{ $value }'을(를) 값으로 넘기려면 '{ $argument }'로 쓰십시오
lib-more-information = 자세한 내용은 '{ $argument }'로 볼 수 있습니다.
lib-invalid-digit = 숫자가 아닌 문자가 있습니다

# Names of HTTP statuses
title-400 = 잘못된 요청
title-401 = 인증 필요
title-403 = 권한 없음
title-404 = 찾을 수 없음
title-405 = 허용되지 않는 메서드
title-408 = 요청 시간 초과
title-409 = 충돌
title-413 = 본문이 너무 큼
title-415 = 지원하지 않는 형식
title-422 = 처리할 수 없는 내용
title-429 = 요청이 너무 많음
title-500 = 서버 내부 오류
title-503 = 지금은 처리할 수 없음

# The command line's help
help-jebi = 직접 운영하는 이메일 발송 서버
help-serve = 서버를 실행합니다(기본)
help-send = 메일을 보냅니다
help-send-long = 메일을 보냅니다

    한 통마다 발송 id와 수신자를 한 줄씩 출력합니다. 실행 중인 서버가 없으면 저장해 두었다가 서버가 실행될 때 보냅니다.
help-key = API 키를 만들고 조회하고 폐기합니다
help-verify = 저장소가 발송 계약을 지키는지 검사합니다
help-verify-long = 저장소가 발송 계약을 지키는지 검사합니다

    어긋난 것을 한 줄에 하나씩 출력하고, 하나라도 있으면 1로 끝납니다. 서버가 실행 중이어도 됩니다.
help-release = 복사하거나 복원한 저장소의 발송을 허용합니다
help-release-long = 복사하거나 복원한 저장소의 발송을 허용합니다

    복사하기 전에 보낼 때가 되었던 메일은 원본이 이미 보냈을 수 있으므로, 결과를 알 수 없는 것으로 남고 저절로 보내지 않습니다.
help-migrate = 저장소의 스키마를 최신으로 올립니다
help-migrate-long = 저장소의 스키마를 최신으로 올립니다

    AUTO_MIGRATE가 false가 아니면 서버가 시작할 때 스스로 합니다. 한 일을 출력하고, 이미 최신이면 그대로 둡니다.
help-migrate-check = 적용할 것이 있는지만 알려 주고, 있으면 1로 끝납니다
help-transfer = 저장소를 SQLite에서 PostgreSQL로 옮깁니다
help-transfer-long = 저장소를 SQLite에서 PostgreSQL로 옮깁니다

    모든 것을 번호까지 그대로 한 트랜잭션으로 복사하고 양쪽에서 세어 봅니다. 그 뒤 원본은 메일을 받지도 보내지도 않습니다. 중간에 끊기면 다시 실행하십시오.
help-transfer-from = 옮길 저장소(sqlite://경로). 서버를 먼저 멈춰야 합니다
help-transfer-to = 이 제비의 스키마가 있는 빈 PostgreSQL 데이터베이스. 비밀번호는 DATABASE_PASSWORD에 둘 수 있습니다
help-ready = 이 컴퓨터의 서버가 메일을 받고 보낼 수 있는지 묻습니다
help-ready-long = 이 컴퓨터의 서버가 메일을 받고 보낼 수 있는지 묻습니다

    그렇다면 0으로, 아니면 이유를 출력하고 1로, 응답하는 서버가 없으면 69로 끝납니다. 상태 검사에 씁니다.
help-config = 적용 중인 설정을 비밀 값을 가리고 보여 줍니다
help-openapi = API 설명(OpenAPI 3.1)을 출력합니다
help-profile = 발신 프로필을 만들고 조회하고 지웁니다
help-profile-list = 발신 프로필을 모두 조회합니다
help-profile-show = 프로필을 JSON으로 출력합니다
help-profile-name = 프로필 이름
help-profile-set = 프로필을 만들거나, 지정한 항목만 바꿉니다
help-profile-remove = 프로필을 지웁니다. 유효한 키가 묶여 있으면 지울 수 없습니다
help-profile-set-name = 프로필 이름: 영문 소문자, 숫자, -, _
help-profile-from = 보내는 사람: 주소 또는 "이름 <주소>". 새 프로필에는 꼭 필요합니다
help-profile-reply-to = 답장을 받을 주소. 여러 번 쓸 수 있습니다
help-profile-company = 회사 이름
help-profile-postal-address = 회사 우편 주소
help-profile-phone = 회사 전화번호
help-profile-email = 회사 이메일 주소
help-profile-representative = 회사 대표자
help-profile-business-number = 사업자등록번호
help-profile-language = 제비가 수신자에게 보내는 안내의 언어: ko 또는 en
help-profile-unsubscribe = 대량 메일 수신 거부 방법: own(이 서버의 링크), off, 또는 https 주소
help-profile-list-id = 대량 메일의 List-Id. 예: news.example.kr
help-profile-notices = 이 프로필에 기록한 동의를 당사자에게 알릴지: true 또는 false
help-link-key = 메일 링크에 서명하는 키를 조회하고 만듭니다
help-link-key-list = 메일 링크의 키를 조회합니다
help-link-key-rotate = 새 키를 만듭니다. 1분 뒤부터 접수한 메일에 쓰며, 이전 링크도 계속 동작합니다
help-person = 한 사람에 관해 저장된 것을 보여 주고 지웁니다
help-person-export = 주소에 관해 저장된 모든 것을 JSON으로 출력합니다
help-person-address = 그 사람의 주소
help-person-erase = 주소에 관해 저장된 모든 것을 완전히 지웁니다
help-person-erase-long = 주소에 관해 저장된 모든 것을 완전히 지웁니다

    집계와, 대량 메일이 다시 가지 않게 하는 주소의 해시는 남습니다. 동의 기록은 주소 없이 증빙으로 남습니다. 지금 발송 중인 메일은 그대로 두므로 나중에 다시 실행하십시오.
help-person-erase-yes = 정말 지운다는 뜻. 지운 것은 되살릴 수 없습니다
help-person-readmit = 지운 사람이 요청하여 다시 메일을 보냅니다
help-person-readmit-long = 지운 사람이 요청하여 다시 메일을 보냅니다

    지금까지는 주소의 해시가 메일을 막았습니다. 지운 것은 되살아나지 않습니다.
help-person-readmit-reason = 어떻게 요청했는지. 감사 로그에 남습니다
help-key-create-profile = 이 키의 모든 메일에 쓸 발신 프로필
help-key-create = 키를 만들어 출력합니다. 다시 보여 주지 않습니다
help-key-create-name = 쓰임새
help-nodes = 저장소를 함께 쓰는 노드를 보여 줍니다
help-key-list = 폐기한 것까지 모든 키를 보여 줍니다
help-key-revoke = 키를 폐기합니다. 이제부터 거절됩니다
help-key-revoke-id = 키의 번호. `jebi key list`로 확인합니다
help-release-yes = 묻지 않습니다
help-send-to = 수신자: 주소 또는 "이름 <주소>". 여러 번 쓰면 한 사람에 한 통씩 보냅니다
help-send-subject = 제목. 빼면 템플릿의 제목을 씁니다
help-send-text = 텍스트 본문
help-send-html = HTML 본문
help-send-html-file = HTML 본문이 든 UTF-8 파일
help-send-from = 발신자. 빼면 설정된 발신자를 씁니다
help-send-topic = 토픽: 메일을 묶어 집계하고 멈추고 취소합니다
help-send-schedule = 보낼 시각: 서버 시간대의 "2026-01-31 09:00:00" 또는 RFC 3339
help-send-wait = 결과를 SYNC_WAIT_SECONDS까지 기다려 함께 출력합니다
help-send-template = 메일을 만들 때 쓸 저장된 템플릿
help-send-syntax = 제목과 본문에 변수를 적는 방식
help-send-var = 모든 수신자에게 똑같이 쓸 값. 여러 번 쓸 수 있습니다
help-send-csv = 수신자 파일. 한 줄에 한 통씩 보냅니다: CSV(UTF-8 또는 CP949)나 XLSX. 첫 줄에 열의 이름을 적습니다. email 열은 꼭 있어야 하고 name과 language는 수신자의 이름과 언어로 쓰며, 나머지 열은 모두 변수입니다
help-send-column = 열의 뜻: email, name, language, 변수의 이름. 비워 두면 그 열을 쓰지 않습니다. 여러 번 쓸 수 있습니다
help-send-sheet = 엑셀 파일의 시트. 빼면 첫 시트를 씁니다
help-send-dry-run = 시험해 보기만 하고, 아무것도 보내지 않습니다
help-send-skip-bad = 잘못된 줄이 있어도 올바른 줄에는 보냅니다
help-send-again = 직접 정하는 이름. 다른 이름을 적으면 같은 파일도 24시간 안에 다시 보냅니다
help-config-reference = 적용 중인 설정 대신 모든 키의 뜻과 기본값을 출력합니다. jebi.toml로 쓸 수 있습니다
help-flag-config = 설정 파일(JEBI_CONFIG, 없으면 작업 디렉터리의 jebi.toml)
help-flag-host = 접속을 받을 주소(SERVER_HOST)
help-flag-port = 접속을 받을 포트(SERVER_PORT, 0이면 비어 있는 아무 포트)
help-flag-database-url = 데이터베이스(DATABASE_URL). 예: sqlite://data/jebi.db
help-flag-set = 설정의 아무 키나 정합니다. 여러 번 쓸 수 있습니다
help-example = 예:
    { $example }
help-a-network-it-may-be-used = 쓸 수 있는 네트워크(예: 10.0.0.0/8). 여러 개 줄 수 있습니다
help-make-a-key-and-print-it = 키를 만들어 출력합니다. 다시 보여 주지 않습니다

    주지 않은 것은 제한하지 않습니다.
help-make-a-token-and-print-it = 토큰을 만들어 출력합니다
help-make-a-token-and-print-it-long = 토큰을 만들어 출력합니다

    기한까지 API 키처럼 쓸 수 있습니다. 권한을 주지 않으면 보내고 조회할 수 있습니다.
help-recipients-a-calendar-day = 하루(0시부터 24시까지)의 수신자 수
help-when-it-ends-after-30m-12h = 기한: 30m, 12h, 30d 뒤, 또는 2027-01-31T00:00:00+09:00 같은 시각
help-when-it-ends-after-30m-12h-long = 기한: 30m, 12h, 90d 뒤, 또는 2027-01-31T00:00:00+09:00 같은 시각
help-who-will-use-it-its-name = 쓸 사람이나 프로그램. `jebi key list`와 감사 기록에 이 이름으로 나옵니다
help-send-read-or-admin-several-may = send, read, admin. 여러 개 줄 수 있습니다
help-a-sender-it-may-use-an = 쓸 수 있는 발신자: 주소, 또는 @example.kr처럼 도메인 전체. 여러 개 줄 수 있습니다
help-make-signed-tokens-jwt = 서명된 토큰(JWT)을 만듭니다
help-an-api-key-of-that-server = 그 서버에서 보내고 조회할 수 있는 API 키. 빼면 JEBI_API_KEY를 씁니다
help-mail-accepted-in-the-last-so = 최근 몇 시간 동안 접수한 메일을 볼지 정합니다. 1~8784
help-measure-a-running-server-instead-only = 실행 중인 서버를 잽니다. 로컬 수신함으로만 보내는 서버여야 합니다
help-measure-how-fast-this-machine-takes = 이 컴퓨터가 메일을 접수하고 보내는 속도를 잽니다
help-measure-how-fast-this-machine-takes-long = 이 컴퓨터가 메일을 접수하고 보내는 속도를 잽니다

    측정용 서버와 폴더를 따로 만들어 쓰고 끝나면 지웁니다. 아무것도 이 컴퓨터 밖으로 나가지 않습니다. --one도 --many도 없으면 둘 다 잽니다.
help-measure-one-large-mailing = 대량 발송 한 번을 잽니다
help-measure-single-mails-one-after-another = 한 통씩 차례로, 요청부터 발송까지 잽니다
help-not-what-was-sent-again-so = 이미 이 횟수만큼 다시 보낸 메일은 뺍니다. 0~100
help-only-of-this-topic = 이 토픽의 메일만
help-print-the-figures-as-json = 결과를 JSON으로 출력합니다
help-send-again-what-failed-for-now = 일시적으로 실패했거나 만료된 메일을 다시 보냅니다
help-send-again-what-failed-for-now-long = 일시적으로 실패했거나 만료된 메일을 다시 보냅니다

    최근 몇 시간 안에 접수한 메일이 대상입니다. 제공자가 영구히 거절한 것, 취소한 것, 수신 차단 목록의 주소는 다시 보내지 않으며, 이미 다시 보낸 것은 건너뜁니다.
help-topic = 토픽의 메일이 어떻게 되었는지 보여 주고, 받지 못한 사람에게 다시 보내기
help-topic-show = 토픽 수신자의 상태와 비율 보기
help-topic-name = 토픽 이름
help-topic-json = 시간대별 수치까지 모두 JSON으로 출력
help-topic-resend = 받지 못한 사람에게 토픽 다시 보내기
help-topic-resend-long = 받지 못한 사람에게 토픽 다시 보내기

    제공자가 완전히 거절한 것, 하드 바운스가 났거나 스팸으로 신고된 것, 취소된 것, 수신 차단 목록에 있는 주소에는 다시 보내지 않습니다. 몇 번을 실행해도 같은 사람이 두 번 받지 않습니다.
help-topic-state = 이 상태인 수신자에게: failed, expired, unknown, unsettled. 여러 개를 지정할 수 있습니다
help-topic-feedback = 이것이 보고된 수신자에게: soft_bounced
help-let-a-running-server-read-its = 실행 중인 서버가 설정을 다시 읽게 합니다
help-let-a-running-server-read-its-long = 실행 중인 서버가 설정을 다시 읽게 합니다

    바뀐 키를 출력합니다. 잘못이 하나라도 있으면 아무것도 바뀌지 않습니다. SIGHUP도 같은 일을 합니다.
help-what-mail-goes-through-provider-ses = 메일을 보낼 제공자(PROVIDER): ses, smtp, local
help-make-keys-that-mail-is-signed = 메일에 서명할 키(DKIM)를 만듭니다
help-make-a-key-and-print-its-dns = 키를 만들고 DNS 레코드와 설정을 출력합니다
help-make-a-key-and-print-its-dns-long = 키를 만들고 DNS 레코드와 설정을 출력합니다

    직접 서명하지 않는 SMTP 서버에 씁니다. SES는 직접 서명하므로 키가 필요 없습니다. 개인 키는 본인만 읽을 수 있는 파일에 저장합니다.
help-the-part-of-the-senders-addresses = 발신 주소에서 @ 뒤에 오는 부분
help-the-keys-name-in-the-dns = DNS에서 쓸 키의 이름. 마음대로 정하되 키마다 새 이름을 씁니다
help-rsa-with-2048-bits = 2048비트 RSA. 모든 수신 서버가 확인합니다(기본값)
help-ed25519-quick-and-short = Ed25519. 빠르고 짧지만 확인하지 않는 수신 서버도 있어 RSA와 함께 씁니다
help-where-the-private-key-goes = 개인 키를 저장할 파일. 생략하면 이 폴더의 dkim-SELECTOR.pem. 이미 있는 파일은 덮어쓰지 않습니다
help-help-short = 도움말을 출력합니다
help-help-more = 도움말을 출력합니다(자세한 내용은 '--help')
help-help-summary = 도움말을 출력합니다(요약은 '-h')
help-version = 버전을 출력합니다
help-of-commands = 이 도움말이나 해당 명령의 도움말을 출력합니다

# domain/src/advertising/mark.rs
the-mark-x-stands-elsewhere = 표시 { $mark }가 제목의 맨 앞이 아닌 곳에 있습니다
take-it-out-it-is-put = 빼십시오. 맨 앞에 자동으로 붙습니다
the-subject-begins-with-a-mark = 제목이 { $mark }와 다르게 적은 표시로 시작합니다. 법은 이를 수신 차단을 피하려는 조치로 봅니다
write-exactly-x-at-the-beginning = 맨 앞에 공백이나 다른 글자 없이 정확히 { $mark }라고 적거나 빼십시오. 자동으로 붙습니다
the-mark-x-stands-more-than = 제목에 표시 { $mark }가 두 번 이상 있습니다
write-it-once-or-not-at = 한 번만 적거나 적지 마십시오

# src/cli/link_key.rs
key-x-signs-links-from-x = { $since }부터 { $id }번 키로 링크에 서명합니다

# src/cli/profile.rs
the-profile-x-is-removed = 프로필 { $name }을(를) 지웠습니다
the-profile-x-is-kept = 프로필 { $name }을(를) 저장했습니다

# src/cli/person.rs
what-is-erased-cannot-be-brought = 지운 것은 되살릴 수 없습니다. 정말 지우려면 --yes를 붙이십시오. `jebi person export`로 사본을 남길 수 있습니다
mail-goes-to-x-again = 이제 { $address }(으)로 다시 메일을 보냅니다
erased-from-x-mails-x-consents = 메일 { $deliveries }통에서 지웠고, 동의 기록 { $consents }건은 주소 없이 남습니다
x-mails-are-being-sent-or = 메일 { $open }통은 발송 중이거나 결과를 아직 모릅니다. 나중에 다시 실행하십시오

# src/app/mod.rs
people-were-erased-here-and-without = 이 저장소에서 지운 사람이 있는데, JEBI_SECRET 없이는 그 사람에게 메일이 가는 것을 막을 수 없습니다. 그때의 JEBI_SECRET을 설정하십시오
the-secret-of-links-in-mail = 메일 링크의 비밀 값을 { $file }에 저장할 수 없습니다: { $source }. 폴더의 권한을 고치거나 JEBI_SECRET을 설정하십시오

# src/http/api/consents/mod.rs
the-request-has-x-consents-at = 요청에 든 동의가 { $given }건입니다. 한 번에 { $most }건까지 받습니다
split-it-or-send-a-file = 나누어 보내거나 파일을 /v1/consents/csv로 보내십시오

# src/http/api/consents/file.rs
the-file-has-more-than-x-lines = 동의가 든 줄이 { $max }줄을 넘습니다
name-the-columns-and-give-a-consent = 첫 줄에 열 이름을 적고, 그 아래 줄마다 동의를 하나씩 적으십시오
split-it-into-several-files-alone = 여러 파일로 나누십시오
there-is-no-column-x-alone = { $name } 열은 없습니다
name-the-columns-x = 열 이름은 다음과 같이 적으십시오: { $names }
x-is-no-kind = { $kind }은(는) kind에 쓸 수 없는 값입니다
use-given-withdrawn-or-refused = given, withdrawn, refused 가운데 하나를 쓰십시오
two-columns-are-x-alone = 열 이름 { $name }이(가) 두 번 있습니다
leave-one-of-them-out = 하나를 빼십시오

# src/http/api/link_keys.rs
this-node-has-no-secret-to = 이 노드에는 키를 만들 비밀 값이 없습니다
let-the-operator-set-jebi-secret = 운영자에게 모든 노드의 JEBI_SECRET을 같은 값으로 설정해 달라고 하십시오

# src/http/api/messages/list.rs
true-false-or-the-address-of = true, false 또는 페이지 주소

# src/service/accept/allow.rs
this-recipient-has-refused-advertising = 이 수신자는 이 전송자의 광고 수신을 거부했거나 동의를 철회했습니다
leave-the-recipient-out-a-consent = 수신자를 빼십시오. 그 뒤에 다시 받은 동의는 POST /v1/consents로 기록합니다
the-ledger-has-no-consent-of = 이 수신자가 이 전송자의 광고 수신에 동의한 기록이 없습니다
record-the-consent-post-v1-consents = 동의를 기록하거나(POST /v1/consents) 수신자를 빼십시오

# src/service/accept/list.rs
the-key-is-tied-to-the = 키에 묶인 프로필 { $name }이(가) 없습니다
make-the-profile-put-v1-profiles = 프로필을 만들거나(PUT /v1/profiles/{ $name }) 키를 다른 프로필에 묶으십시오
there-is-no-profile-x = 프로필 { $name }이(가) 없습니다
use-a-name-get-v1-profiles = GET /v1/profiles에 나오는 이름을 쓰십시오
the-header-x-is-given-and = 헤더 { $name }과(와) 같은 뜻의 `list` 필드를 함께 지정했습니다
no-unsubscribe-link-is-written-secret = 수신 거부 링크를 넣지 않습니다. 이 서버에 서명할 비밀 값이 없습니다
no-unsubscribe-link-is-written-address = 수신 거부 링크를 넣지 않습니다. 이 서버에 외부에서 접속할 수 있는 https 주소가 없습니다
let-the-operator-set-server-url = 운영자에게 SERVER_URL을 https 주소로(PostgreSQL이면 JEBI_SECRET도) 설정해 달라고 하거나 list.unsubscribe를 지정하십시오
advertising-goes-to-each-recipient-alone = 광고는 각자 수신을 거부할 수 있도록 수신자마다 따로 보냅니다
give-list-unsubscribe-or-list-mailto = list.unsubscribe나 list.mailto를 지정하거나, 운영자에게 SERVER_URL을 https 주소로 설정해 달라고 하십시오
advertising-needs-a-way-to-refuse = 광고에는 수신을 거부할 방법이 있어야 하는데 없습니다
advertising-names-its-sender-and-the = 광고에는 전송자를 밝혀야 하는데 메시지에 프로필이 없습니다
name-a-profile-with-the-company = 회사의 name, postal_address, phone, email이 있는 프로필을 지정하십시오
the-profile-x-lacks-what-advertising = 프로필 { $name }에 광고에서 밝혀야 할 전송자 정보가 없습니다: { $lacks }
complete-the-company-of-the-profile = 프로필의 company를 채우십시오(PUT /v1/profiles/{ $name })
one-mail-to-several-people-has = 여러 사람이 함께 받는 메일 한 통에는 수신자별 수신 거부 링크를 넣을 수 없습니다
give-emails-or-recipients-for-a-copy = 수신자마다 한 통씩 보내도록 emails나 recipients를 쓰십시오

# src/service/accept/permitted.rs
this-key-is-tied-to-the = 이 키는 프로필 { $name }에 묶여 있습니다
leave-profile-out-or-use-another = profile을 빼거나 다른 키를 쓰십시오

# src/service/refusals/record.rs
give-the-topic-id-of-the-mail = 메일의 topic_id나 그 첫 번째 / 앞부분을 적으십시오
it-does-not-say-in-1-to = 이 주소로 다시 보내도 되는 까닭을 1~{ $max-reason }자로 적지 않았습니다
say-how-they-asked-for-it = 어떻게 요청했는지 적으십시오. 예: 전화로 다시 받기를 요청
unsubscribe = 수신 거부

# src/service/privacy
this-node-has-no-secret-to-know = 이 노드에는 지운 사람을 알아볼 비밀 값이 없습니다
something-of-the-message-waits-or = 메시지의 일부가 대기 중이거나 발송 중입니다
wait-for-its-results-or-cancel-it = 결과를 기다리거나 먼저 취소하십시오(POST /v1/messages/{ $id }/cancel)
erasure = 삭제 기록
person = 사람

# src/service/consents/check.rs
give-at-least-one = 하나 이상 적으십시오
the-request-has-no-consents = 요청에 동의가 없습니다
it-does-not-say-how-it = 어떻게 동의하거나 철회했는지가 없습니다
say-it-in-a-few-words = 짧게 적으십시오. 예: shop.example.kr/join의 가입 양식
x-is-still-to-come-it = { $at }은(는) 아직 오지 않은 시각입니다. 지금은 { $now }입니다
give-the-time-it-happened-or = 동의하거나 철회한 시각을 적으십시오. 지금이면 필드를 빼십시오
it-holds-a-control-character = 제어 문자가 있습니다

# src/service/links.rs
it-is-not-the-secret-that = 메일 링크의 키 { $no }을(를) 만든 비밀 값이 아닙니다
use-the-secret-of-the-other = 다른 노드나 이전의 비밀 값을 쓰십시오. 잃어버렸으면 `jebi link-key rotate`로 새 키를 만드십시오. 그 전에 보낸 메일의 링크는 더 이상 동작하지 않습니다
there-are-as-many-keys-as = 키를 더 만들 수 없습니다. 쓸 수 있는 번호가 남지 않았습니다
keep-the-newest-one = 가장 최근에 만든 키를 그대로 쓰십시오

# src/service/list_rules.rs
give-https-a-host-and-a = https://, 호스트, 경로를 모두 적으십시오. { $email }, { $delivery } 자리에는 메일마다 그 값이 들어갑니다
it-is-longer-than-400-characters = 400자를 넘습니다
it-holds-characters-that-stand-in = 웹 주소에 쓸 수 없는 글자가 있습니다
the-host-of-it-depends-on = 호스트가 수신자에 따라 달라집니다
it-is-no-web-address-with = https 웹 주소가 아닙니다
it-holds-other-characters-than-ascii = mailto 링크에 쓸 수 없는, ASCII가 아닌 글자가 있습니다
give-another-address = 다른 주소를 적으십시오
it-is-no-list-id-of = 255자 이하의 List-Id가 아닙니다
write-a-label-and-a-domain = 이름과 소유한 도메인을 이어 적으십시오. 예: news.example.kr
it-is-no-language-tag-bcp = 언어 태그(BCP 47)가 아닙니다
write-one-such-as-ko-en = ko, en, en-US처럼 적으십시오

# src/service/profiles/check.rs
x-is-no-name-of-a = { $name }은(는) 프로필 이름으로 쓸 수 없습니다
use-1-to-64-lower-case = 영문 소문자, 숫자, -, _로 1~64자를 쓰십시오
write-digits-spaces-and-only-such = 숫자와 공백, +-(). 만 적으십시오. 예: +82 2-120
write-digits-and-only-such-as = 숫자와 -만 적으십시오. 예: 123-45-67890
it-is-no-number-of-40 = 40자 이하의 번호가 아닙니다

# src/service/profiles/mod.rs
keys-are-tied-to-this-profile = 이 프로필에 묶인 키가 있습니다: { $keys }
revoke-them-or-tie-them-to = 키를 폐기하거나 다른 프로필에 묶으십시오(PATCH /v1/keys/{ $id })
# src/cli/send/csv.rs
column-it-has-no-write = --column: =이 없습니다. --column 열=뜻으로 적으십시오
recipients-x-doubled-x-bad = 수신자: { $good }, 중복: { $doubled }, 잘못된 줄: { $bad }
csv-nothing-was-sent-correct = --csv: 아무것도 보내지 않았습니다. 그 줄들을 고치거나 --skip-bad로 빼십시오
csv-the-file-has-no = --csv: 파일에 수신자가 없습니다. 첫 줄 아래에 한 줄에 한 명씩 적으십시오
csv-x-cannot-be-read = --csv: { $path }을(를) 읽을 수 없습니다: { $e }
csv-x-x-x = --csv: { $field }: { $fault-text }. { $remedy-text }
taken-x-taken-before-x = 접수: { $taken }, 전에 접수: { $before }, 거절: { $errors }
run-it-again-once-that = 해결한 뒤 다시 실행하십시오. 접수된 것은 두 번 보내지 않습니다
line-x-x-x = { $line }번째 줄: { $fault-text }. { $remedy-text }
the-file-could-not-be = 파일을 끝까지 읽을 수 없었습니다: { $e }
what-was-taken-before-within = 24시간 안에 접수된 것은 다시 보내지 않았습니다. --again에 다른 이름을 적으면 다시 보냅니다

# src/cli/send/mod.rs
var-it-has-no-write = --var: =이 없습니다. --var 이름=값으로 적으십시오


# src/http/api/messages/csv.rs
x-recipients-of-the-file-are = 파일의 수신자 가운데 { $stored }명은 이미 접수되어 메일을 받습니다
repeat-the-request-with-the = 같은 Idempotency-Key로 다시 보내십시오. 그다음부터 이어서 접수합니다

# src/http/api/messages/csv_answer.rs
what-was-taken-of-this = 이 파일에서 이미 접수한 내용을 읽을 수 없습니다

# src/http/upload/spool.rs
the-server-cannot-keep-the = 올린 파일을 서버의 디스크에 저장할 수 없습니다

# src/http/api/messages/csv_lines.rs
nobody-waits-for-it-any = 결과를 기다리는 요청이 더는 없습니다
send-it-again-alone = 다시 보내십시오

# src/http/api/messages/csv_form.rs
the-body-is-not-declared-as = 본문의 Content-Type이 폼이 아닙니다
send-multipart-form-data-rfc-7578 = multipart/form-data(RFC 7578)로 보내십시오
use-file-message-columns-sheet = file, message, columns, sheet, strict를 쓰십시오
the-message-has-recipients-and = 메시지에도 파일에도 수신자가 있습니다
leave-them-out-the-file = 메시지에서 빼십시오. 수신자는 파일에 있습니다
the-file-has-no-recipients = 파일에 수신자가 없습니다
give-one-in-each-line = 첫 줄 아래에 한 줄에 한 명씩 적으십시오
it-is-not-utf-8-text = UTF-8이 아닙니다
give-a-text-in-utf = UTF-8로 적으십시오
use-true-or-false = true나 false를 쓰십시오

# src/http/api/messages/fill.rs
an-object-of-values-by = 이름과 값으로 된 객체
duplicate-field-x = `{ $name }` 항목이 두 번 있습니다
an-address-or-an-object-with-more = 주소, 또는 email, name, language, variables가 있는 객체
the-name-of-a-template = 템플릿의 이름, 또는 name과 version이 있는 객체

# src/service/accept/series.rs
the-request-is-taken-in = 요청을 나누어 접수하므로, 키 없이 다시 보내면 두 번 발송될 수 있습니다
send-a-header-idempotency-key = Idempotency-Key 헤더에 새 값을 넣어 보내고, 다시 보낼 때는 같은 값을 쓰십시오

# src/service/accept/fill.rs
template-and-x-are-both = template과 { $name }을(를) 함께 적었습니다. 이 내용은 템플릿의 것을 씁니다
the-template-is-not-in = 템플릿에 { $wanted }은(는) 없습니다. 있는 언어: { $tags }
use-one-of-them-or = 그중 하나를 쓰거나, 빼고 첫 번째를 쓰십시오
it-says-which-language-this = 여러 언어 가운데 어느 것인지 지정했는데, 메시지에는 언어가 하나뿐입니다
give-variants-in-other-languages = 다른 언어의 variants도 적거나 이 항목을 빼십시오
they-are-x-bytes-of = JSON으로 { $bytes }바이트입니다. 메시지 하나에 { $max }바이트까지 받습니다
leave-out-what-the-mail = 메일에 나오지 않는 것을 빼거나 본문에 직접 적으십시오
it-has-x-variants-at = variants가 { $value }개입니다. { $max }개까지 받습니다
send-the-others-as-a = 나머지는 다른 메시지로 보내십시오
up-to-this-message-templates-give = 이 메시지까지 템플릿이 요청에 넣는 내용이 { $given }바이트입니다. { $max-given }바이트까지 받습니다
write-one-message-with-all-its = 수신자마다 메시지를 하나씩 쓰지 말고 한 메시지에 모두 적거나, 여러 요청으로 나누어 보내십시오
the-message-is-given-in = 언어가 { $language }인 메시지가 두 번 나옵니다
give-it-once-in-each = 언어마다 한 번씩만 적으십시오
it-has-neither-html-nor = html도 text도 없습니다
give-html-text-or-both = html이나 text, 또는 둘 다 적으십시오

# src/service/accept/preflight.rs
warn-whether-x-may-send-through = { $provider }에서 { $from }(으)로 보낼 수 있는지 알 수 없습니다. 계정이 응답하지 않았습니다
warn-see-that-the-address-or-its = 그곳에서 주소나 도메인이 인증되었는지, 계정의 키에 자격 증명을 읽을 권한이 있는지 확인하십시오

# src/service/accept/personal.rs
warn-variables-the-mail-prints-and = 메일에 쓰이는데 값이 없는 수신자가 있는 변수: { $value }. 그 자리는 비게 됩니다
warn-give-them-or-a-default = 값을 지정하거나, 변수를 쓰는 곳에 기본값을 적으십시오
these-are-not-of-the = 템플릿에서 정한 형식과 다른 값입니다: { $wrong }
give-values-of-those-types = 그 형식의 값을 적으십시오
it-needs-a-value-for = { $missing }의 값이 필요한데 어디에도 없습니다
give-a-value-in-the = 수신자나 메시지의 variables에 값을 적거나, 템플릿에 기본값을 두십시오
the-mail-prints-unsubscribe-url-and-has = 메일에서 unsubscribe_url을 쓰는데 수신 거부 링크가 없습니다
send-it-in-the-lane-bulk-or-give = bulk 레인으로 보내거나 list.unsubscribe를 지정하십시오. 변수에 값을 직접 적거나 if 안에서 쓸 수도 있습니다
what-is-this-recipient-own = 이 수신자만의 값이 JSON으로 { $bytes }바이트입니다. { $max }바이트까지 받습니다
leave-out-what-the-mail-more = 메일에 나오지 않는 것을 빼거나, 모두에게 같은 것은 메시지의 variables에 적으십시오

# src/table/csv.rs
it-holds-characters-of-another = 다른 인코딩의 글자가 있습니다
it-has-x-cells-and = 칸이 { $value }개인데 첫 줄은 { $expected }개입니다
close-it-within-a-text = 따옴표를 닫으십시오. 따옴표로 묶은 값 안의 따옴표는 두 번 적습니다(RFC 4180)
a-quotation-mark-that-begins = { $line }번째 줄에서 시작한 따옴표가 닫히지 않았습니다

# src/table/encoding.rs
line-x-holds-a-nul = { $line }번째 줄에 NUL 문자가 있습니다. 텍스트 파일이 아닙니다
give-a-csv-text-or = CSV나 엑셀 파일(.xlsx)을 쓰십시오
line-x-is-neither-utf = { $line }번째 줄이 UTF-8도 CP949(EUC-KR)도 아닙니다
line-x-is-not-utf = 파일이 UTF-16으로 시작하는데 { $line }번째 줄이 UTF-16이 아닙니다
save-the-file-as-csv = "CSV UTF-8(쉼표로 분리)"로 저장하십시오

# src/table/header.rs
correct-this-line = 이 줄을 고치십시오
there-is-no-column-x = { $stray } 열이 없습니다. 첫 줄에 있는 열: { $listed }
write-its-name-as-it = 첫 줄에 있는 이름 그대로 적으십시오
no-column-holds-addresses-the = 주소가 있는 열이 없습니다. 첫 줄에 있는 열: { $listed }
name-the-columns-in-the = 첫 줄에 열의 이름을 적고 그중 하나를 email이나 이메일로 하십시오. 또는 columns에 어느 열인지 적으십시오
two-columns-are-x-the = { $role }인 열이 둘입니다. 두 번째는 { $name }입니다
give-one-of-them-another = 한쪽의 이름을 바꾸거나 columns로 빼십시오
cell-x-holds-x-and = { $value }번째 칸에 { $text }이(가) 있는데 그 열에 이름이 없습니다
name-the-column-in-the = 첫 줄에 열의 이름을 적거나 칸을 비우십시오

# src/table/mod.rs
this-is-an-old-excel = 이전 형식(.xls)이거나 암호가 걸린 엑셀 파일입니다
save-it-as-xlsx-without = 암호 없이 .xlsx로, 또는 CSV UTF-8로 저장하십시오
the-file-cannot-be-read = 파일을 읽을 수 없습니다: { $error }
check-it-and-try-again = 파일을 확인하고 다시 시도하십시오
the-file-has-no-lines = 파일에 줄이 없습니다
name-the-columns-and-give = 첫 줄에 열의 이름을 적고, 그 아래 한 줄에 한 명씩 적으십시오
the-file-has-more-than = 파일에 수신자가 { $max }명보다 많습니다
split-it-into-several-files = 여러 파일로 나누거나 jebi send --csv로 보내십시오
the-texts-of-its-lines = 모든 줄의 내용을 합치면 { $line }번째 줄에서 { $max }바이트를 넘습니다
split-it-into-several-files-more = 여러 파일로 나누거나 메일에 나오지 않는 열을 빼십시오

# src/table/unpacked.rs
open-it-in-a-spreadsheet = 스프레드시트 프로그램으로 열어 .xlsx나 CSV UTF-8로 다시 저장하십시오
this-is-no-workbook-as = 스프레드시트 프로그램이 만드는 엑셀 파일이 아닙니다
the-workbook-unpacks-to-more = 엑셀 파일의 압축을 풀면 { $max }바이트가 넘습니다
the-workbook-has-x-bytes = 엑셀 파일이 { $length }바이트입니다. { $most }바이트까지 읽습니다
the-texts-of-the-workbook = 엑셀 파일의 텍스트가 { $used }바이트입니다. { $most }바이트까지 읽습니다
a-line-is-too-long = 한 줄이 너무 깁니다
it-is-not-utf-16 = UTF-16이 아닙니다
save-it-as-csv-utf-which = 한 줄씩 읽을 수 있는 CSV UTF-8로 저장하거나, 이미지와 다른 시트를 빼십시오

# src/table/xlsx.rs
its-parts-contradict-each-other = 파일 안의 내용이 서로 맞지 않습니다
it-has-no-sheet = 시트가 없습니다
there-is-no-sheet-x = { $wanted } 시트가 없습니다. 있는 시트: { $sheets }
give-the-name-of-one = 그중 하나의 이름을 적거나, 빼서 첫 시트를 쓰십시오
line-x-has-a-cell = { $line }번째 줄의 { $column }번째 열에 칸이 있습니다. { $max }열까지 읽습니다
leave-out-columns-the-mail = 메일에 나오지 않는 열을 빼십시오
it-holds-the-error-x = { $error } 오류가 있습니다
the-workbook-is-protected-by = 엑셀 파일에 암호가 걸려 있습니다
save-it-without-a-password = 암호 없이 저장하거나 CSV UTF-8로 저장하십시오
the-workbook-cannot-be-read = 엑셀 파일을 읽을 수 없습니다: { $why-text }
# domain/src/attachment
x-is-no-method-of-a-calendar = { $method }은(는) 일정 초대의 메서드가 아닙니다
the-calendar-object-is-larger = 일정 데이터가 { $max-calendar }바이트보다 큽니다
send-fewer-events-in-one-mail = 메일 한 통에 담는 일정을 줄이십시오
it-is-no-calendar-object = 일정 데이터가 아닙니다. BEGIN:VCALENDAR로 시작해 END:VCALENDAR로 끝나야 합니다
give-the-text-of-an-ics-file = .ics 파일의 내용을 적으십시오(RFC 5545)
the-method-is-x-but-says = method는 { $method }인데 일정 데이터에는 METHOD:{ $own }(으)로 되어 있습니다
the-method-is-x-but-no-line = method는 { $method }인데 일정 데이터에 METHOD:{ $line } 줄이 없습니다
give-both-the-same-method = 둘을 같게 하십시오. 서로 다르면 캘린더가 메일을 무시합니다
give-a-type-such-as = application/pdf와 같은 형식을 적거나 빼십시오
x-is-no-content-type = { $given }은(는) 콘텐츠 형식이 아닙니다
x-holds-parts-of-its-own = { $essence }은(는) 여러 부분으로 된 형식이어서 파일의 형식으로 쓸 수 없습니다
x-is-no-parameter-of-a-type = { $parameter }은(는) 콘텐츠 형식의 매개변수가 아닙니다
x-is-no-content-id = { $given }은(는) content_id로 쓸 수 없습니다
give-ascii-for-a-content-id = ASCII 글자, 숫자, . - _ @만 쓰고, HTML에는 cid: 뒤에 같은 값을 적으십시오
the-file-x-is-empty = 파일 { $name }이(가) 비어 있습니다
attach-the-file-as-it-is-meant = 올바른 파일을 첨부하거나 빼십시오
the-content-of-the-file-is = 파일 { $name }의 내용은 { $seen }(으)로, 확장자가 나타내는 형식과 다릅니다
give-the-file-the-ending = 내용에 맞는 확장자를 붙이거나 올바른 파일을 첨부하십시오
the-file-name-has-no-ending = 파일 이름 { $name }에 확장자가 없어 형식을 알 수 없습니다
the-file-type-is-not-allowed = 파일 { $name }: 허용되지 않는 파일 형식입니다: { $ending }
the-file-x-is-larger-than = 파일 { $name }의 크기가 { $max }바이트를 초과합니다
make-it-smaller-or-link = 크기를 줄이거나 링크로 보내십시오. 파일 한 개의 한도는 EMAIL_MAX_ATTACHMENT_SIZE입니다
the-file-x-is-a-program = 파일 { $name }은(는) 실행할 수 있는 프로그램입니다({ $what-text })
programs-are-never-sent = 프로그램은 이름이 무엇이든 보내지 않습니다. 대신 링크를 보내십시오
use-one-of-these-endings = 다음 확장자 가운데 하나를 쓰거나 EMAIL_ALLOWED_EXTENSIONS를 바꾸십시오: { $endings }
the-file-has-no-name = 파일에 이름이 없습니다
give-it-one-with-an-ending = 견적서.pdf처럼 확장자가 있는 이름을 지정하십시오
the-file-name-has-a-path = 파일 이름 { $name }에 경로가 들어 있습니다
give-the-name-alone = 폴더 없이 이름만 적으십시오
the-file-name-holds-unseen = 파일 이름 { $name }에 보이지 않는 문자 U+{ $code }이(가) 있습니다
take-it-out = 빼십시오
the-file-name-begins-or-ends = 파일 이름 { $name }이(가) 공백으로 시작하거나 끝나거나, 점으로 끝납니다
take-it-out-some-systems = 빼십시오. 시스템에 따라 지워져 다른 이름이 됩니다
the-file-name-has-characters = 파일 이름 { $name }이(가) { $length }자입니다
at-most-x-shorten-it = { $max-name }자까지 쓸 수 있습니다. 줄이십시오

# src/config/attachments.rs, check.rs
write-endings-with-commas = 확장자를 쉼표로 나누어 적으십시오: pdf, docx, zip
holds-x-no-ending = 파일 확장자가 아닌 { $entry }이(가) 있습니다
names-no-ending = 확장자가 하나도 없습니다
is-x-bytes-but-one-file = { $upload }바이트인데, 파일 한 개가 { $file }바이트까지 될 수 있고({ $written }) 폼에는 { $form }바이트가 더 필요합니다

# src/http/api/attachments, src/http/upload
a-forms-files-have-names = 폼에 든 파일에는 저마다 이름이 있습니다
leave-the-parameter-out = 매개변수를 빼십시오
the-part-x-is-no-file = 폼의 { $name } 부분은 파일이 아닙니다
give-files-only = 이름이 있는 파일만 보내십시오
the-form-has-no-file = 폼에 파일이 없습니다
give-one-or-more-files = 이름이 있는 파일을 하나 이상 보내십시오
the-form-has-more-files = 폼의 파일이 { $max-files }개보다 많습니다
send-it-in-several-forms = 여러 폼으로 나누어 보내십시오
the-body-was-cut-off = 본문이 도중에 끊겼습니다
the-content-id-of-a-part = 폼 부분의 Content-ID가 ASCII가 아닙니다
send-form-data = RFC 7578의 multipart/form-data로 보내십시오. 대부분의 HTTP 클라이언트가 만들어 줍니다
the-form-cannot-be-read = 폼을 읽을 수 없습니다: { $what-text }
the-head-of-a-part = 폼 부분의 헤더가 너무 큽니다
give-names-of-usual-length = 이름을 줄이십시오

# src/http/api/messages
bytes-in-base64 = base64로 인코딩한 바이트
encode-the-bytes = RFC 4648 4절에 따라 인코딩하십시오. 끝의 =를 붙이고, 앞에 data:를 붙이지 마십시오
this-is-not-base64 = base64가 아닙니다
the-form-has-message-twice = 폼에 message나 messages가 두 번 이상 있습니다
give-one-of-them-once = 둘 가운데 하나를 한 번만 보내십시오
there-is-no-part-x = 폼에 쓸 수 없는 부분입니다: { $name }
use-message-or-messages = message 또는 messages, 그리고 attachments를 쓰십시오
the-form-has-no-message = 폼에 message나 messages 부분이 없습니다
add-one-with-the-mail = 메일을 JSON으로 적어 넣으십시오

# src/service/accept/attachments.rs, src/service/files, src/service/trouble.rs
it-has-x-attachments = 첨부 파일이 { $n }개입니다. { $max-attachments }개까지 첨부할 수 있습니다
leave-some-out-or-zip = 몇 개를 빼거나 zip 파일 하나로 묶으십시오
two-attachments-have-the-id = 첨부 파일 두 개의 content_id가 { $id }(으)로 같습니다
give-each-its-own = 각각 다르게 지정하십시오
file-id-and-content-both = file_id와 content가 둘 다 있습니다
neither-file-id-nor-content = file_id도 content도 없습니다
give-content-in-base64 = content에 base64로 적거나, POST /v1/attachments로 받은 file_id를 적으십시오
there-is-no-file-x = 파일 { $id }이(가) 없습니다
upload-it-and-give-the-id = POST /v1/attachments로 올리고, 응답에 있는 id를 적으십시오
upload-it-again = POST /v1/attachments로 다시 올리십시오
a-message-carries-this-file = 이 파일을 첨부한 메일이 있습니다
leave-it-goes-by-itself = 그대로 두십시오. 이 파일이 필요한 메일이 없어지면 저절로 지워집니다
windows-installer = Windows 설치 프로그램
windows-program = Windows 프로그램
linux-program = Linux 프로그램
macos-program = macOS 프로그램
windows-shortcut = Windows 바로 가기
java-class = Java 클래스
java-program = Java 프로그램
android-program = Android 프로그램
llvm-bitcode = LLVM 비트코드
# templates
a-template-s-name-has-1-to-x-characters = 템플릿 이름은 1자에서 { $max-name }자까지이며, 제어 문자와 역슬래시, 슬래시 사이의 빈 부분이 없어야 합니다
give-a-name-such-as-welcome-or-emails-base = welcome이나 emails/base.html 같은 이름을 적으십시오
x-is-not-a-language-tag = { $tag }은(는) 언어 태그가 아닙니다
give-a-tag-such-as-ko-en-or-en = ko, en, en-US 같은 태그를 적으십시오(BCP 47)
its-texts-have-x-bytes-together-a-template-has = 내용이 모두 { $bytes }바이트입니다. 템플릿은 { $max-source }바이트까지입니다
put-images-and-the-like-elsewhere-and-split-off = 이미지 같은 것은 다른 곳에 두고, 함께 쓰는 부분은 조각으로 나누십시오
a-template-has-1-to-x-languages = 템플릿의 언어는 1개에서 { $max-variants }개까지입니다
give-a-variant-with-language-subject-and-html-for = variants에 언어마다 language, subject, html을 적으십시오
there-is-no-variant-in-the-default-language-x = variants에 기본 언어 { $language }이(가) 없습니다
add-one-or-name-the-language-of-another-as = 그 언어를 더하거나, variants에 있는 언어를 기본으로 정하십시오
there-are-two-variants-in-x = variants에 { $language }이(가) 두 번 있습니다
give-one-for-each-language = 언어마다 하나씩 적으십시오
the-variant-has-no-body = 이 언어의 본문이 없습니다
give-html-mjml-or-text-the-text-is-made = html, mjml, text 가운데 하나를 적으십시오. text가 없으면 HTML로 만듭니다
html-and-mjml-are-both-given = html과 mjml을 함께 적었습니다
give-one-of-them-mjml-becomes-the-html = 하나만 적으십시오. MJML은 HTML로 바뀝니다
the-variant-has-no-subject = 이 언어의 제목이 없습니다
give-one-variant-without-a-language-and-with-one = variants에 언어 없이 html, mjml, text 가운데 하나만 있는 항목 하나를 적으십시오. 언어는 조각을 쓰는 메일에서 정합니다
a-part-has-exactly-one-body-and-no-language = 조각의 본문은 하나뿐이고 언어가 없습니다
a-part-has-no-subject = 조각에는 제목이 없습니다
leave-it-out-or-make-it-a-mail = 빼거나, 메일로 만드십시오
a-template-describes-at-most-x-variables = 템플릿이 설명하는 변수는 { $max-variables }개까지입니다
put-what-belongs-together-into-an-object = 함께 쓰는 것은 객체 하나로 묶으십시오
x-is-not-the-name-of-a-variable = { $name }은(는) 변수 이름이 아닙니다
use-letters-digits-and-not-beginning-with-a-digit = 글자, 숫자, _를 쓰되 숫자로 시작하지 마십시오
the-variable-x-is-described-twice = 변수 { $name }의 설명이 두 번 있습니다
describe-it-once = 한 번만 적으십시오
the-default-of-x-holds-null-or-a-number = { $name }의 기본값에 null이나 너무 큰 수가 있습니다
leave-out-what-has-no-value = 값이 없는 것은 빼십시오
the-default-of-x-is-not-of-the-type = { $name }의 기본값이 { $kind } 형식이 아닙니다
change-the-default-or-the-type = 기본값이나 형식을 바꾸십시오
activate-it-put-v1-templates-x-or-use-another = 활성으로 바꾸거나(PUT /v1/templates/{ $name }) 다른 템플릿을 쓰십시오
the-template-x-is-not-active = 템플릿 { $name }은(는) 활성 상태가 아닙니다
x-is-a-part-of-templates-not-a-mail = { $name }은(는) 메일이 아니라 템플릿의 조각입니다
send-by-a-template-that-uses-it = 이 조각을 쓰는 템플릿으로 보내십시오
the-template-x-is-a-draft-it-was-never = 템플릿 { $name }은(는) 초안입니다. 게시한 적이 없습니다
publish-it-post-v1-templates-x-publish = 게시하십시오(POST /v1/templates/{ $name }/publish)
the-template-x-has-no-version-x = 템플릿 { $name }에는 버전 { $version }이(가) 없습니다
get-v1-templates-x-versions-lists-them = GET /v1/templates/{ $name }/versions로 볼 수 있습니다
there-is-no-template-x = 템플릿 { $name }이(가) 없습니다
get-v1-templates-lists-them = GET /v1/templates로 볼 수 있습니다
x-is-built-in-and-cannot-be-changed = { $name }은(는) 내장 템플릿이어서 바꿀 수 없습니다
write-one-of-your-own-under-its-name-first = 먼저 같은 이름으로 직접 하나 만드십시오
a-push-has-1-to-x-templates = 한 번에 올리는 템플릿은 1개에서 { $max-pushed }개까지입니다
push-them-in-several-parts-those-others-use-first = 여러 번에 나누어 올리되, 다른 템플릿이 쓰는 것부터 올리십시오
the-template-x-is-given-twice = 템플릿 { $value }을(를) 두 번 지정했습니다
the-note-is-longer-than-x-characters-or-holds = 메모가 { $max-note }자를 넘거나 제어 문자가 있습니다
get-it-anew-bring-your-change-into-it-and = 다시 읽어 그 위에서 고친 다음, 받은 ETag와 함께 저장하십시오
the-template-has-changed-since-it-was-read = 읽은 뒤에 템플릿이 바뀌었습니다
the-published-template-x-uses-x-and-would-break = 게시된 템플릿 { $user }이(가) { $name }을(를) 쓰고 있어 오류가 생깁니다: { $why }
publish-that-template-without-it-first-or-delete-it = 먼저 그 템플릿에서 이것을 빼고 게시하거나, 그 템플릿을 지우십시오
the-published-template-x-uses-this-and-would-break = 게시된 템플릿 { $user }이(가) 이것을 쓰고 있어 오류가 생깁니다: { $why }
change-both-in-one-push-or-keep-what-it = 둘을 함께 고쳐 한 번에 올리거나, 그 템플릿에 필요한 것을 남겨 두십시오
x-is-a-mail-not-a-part-and-cannot = { $part }은(는) 조각이 아니라 메일이어서 extends나 include로 쓸 수 없습니다
put-what-both-use-into-a-part = 함께 쓰는 부분을 조각으로 만드십시오
the-html-made-of-it-cannot-be-used-x = 이것으로 만든 HTML을 쓸 수 없습니다: { $fault }
write-the-tags-between-whole-elements-not-across-them = 템플릿 태그가 HTML 요소를 가로지르지 않도록 요소와 요소 사이에 적으십시오
in-the-part-x-line-x-column-x-x = 조각 { $part }의 { $line }행 { $column }열: { $fault-text }
the-template-uses-the-variable-x-which-is-not = 템플릿에서 쓰는 변수 { $name }의 설명이 없습니다
describe-it-or-check-its-name = 설명을 더하거나 이름을 확인하십시오
the-template-describes-the-variable-x-and-does-not = 변수 { $name }은(는) 설명에는 있지만 템플릿에서 쓰지 않습니다
leave-it-out-or-check-its-name = 빼거나 이름을 확인하십시오
the-style-sheets-of-its-parts-are-not = 조각의 스타일 시트를 요소에 넣지 못합니다: { $why-text }
change-that-or-write-the-styles-into-the = 그 부분을 고치거나 스타일을 요소에 직접 쓰십시오
a-set-stands-within-another-tag = `set`이 블록 밖에서 다른 태그 안에 있습니다
a-block-stands-before-extends = `extends` 앞에 블록이 있습니다
it-is-larger-than-512-kib-with = 조각을 모두 합치면 512 KiB보다 큽니다
its-blocks-stand-within-each-other = 블록들이 서로를 번갈아 품고 있습니다
a-brace-stands-directly-before-a-tag = 태그 바로 앞에 중괄호가 있습니다
it-cannot-be-read-template = 읽을 수 없습니다
the-value-of-x-is-not-of-the-type = { $name }의 값이 { $kind } 형식이 아닙니다
give-a-value-of-the-type-the-template-describes = 템플릿에서 정한 형식의 값을 적으십시오
its-values-cannot-be-written = 값을 JSON으로 쓸 수 없습니다
the-template-cannot-be-filled-in-with-these-values = 이 값으로는 템플릿을 채울 수 없습니다: { $why-text }
give-every-variable-it-needs-of-the-kind-it = 필요한 변수를 모두 알맞은 형식으로 지정하십시오
correct-the-defaults-of-its-variables = 변수의 기본값을 고치십시오
the-template-needs-the-variable-x-which-has-no = 템플릿에 필요한 변수 { $path }의 값이 없습니다
give-it-in-variables = variables에 지정하십시오
the-file-is-missing = 파일이 없습니다
add-it-it-says-which-languages-and-variables-the = 만드십시오. 템플릿의 언어와 변수를 적는 파일입니다
write-it-as-docs-templates-md-shows = docs/TEMPLATES.md에 나온 대로 적으십시오
name-it-by-its-language-ko-html-or-body = 파일 이름을 언어로 지으십시오(ko.html). template.toml에 kind = "part"가 있으면 body.html입니다
the-file-s-name-does-not-fit-the-kind = 파일 이름이 템플릿의 종류와 맞지 않습니다
this-is-no-etag-of-a-template = 템플릿의 ETag가 아닙니다
send-and-no-if-match-it-asks-that-there = If-Match 없이 *를 보내십시오. 아직 그런 템플릿이 없어야 한다는 뜻입니다
send-the-etag-of-get-as-it-is-with = GET으로 받은 ETag를 따옴표까지 그대로 보내십시오
template-version = 템플릿 버전
template = 템플릿
the-template-x-cannot-be-written-as-files-x = 템플릿 { $value }을(를) 파일로 쓸 수 없습니다: { $e }
dir-there-is-no-folder-x-name-the-one = --dir: 폴더 { $root }이(가) 없습니다. 템플릿이 있는 폴더를 지정하십시오
x-the-template-x-lies-in-x-too-give = { $at }: 템플릿 { $name }이(가) { $first }에도 있습니다. 하나의 이름을 바꾸십시오
there-is-no-template-x-in-the-folder-its = 폴더에 템플릿 { $missing }이(가) 없습니다. 템플릿의 폴더에는 template.toml이 있습니다
the-folder-itself-cannot-be-a-template = 폴더 자체는 템플릿이 될 수 없습니다
put-the-template-into-a-folder-of-its-own = 템플릿을 그 이름의 폴더에 따로 넣으십시오
x-cannot-be-read-x-give-files-in-utf = { $path }: 읽을 수 없습니다: { $error }. 읽기 권한이 있는 UTF-8 파일이어야 합니다
there-is-no-template-in-x-each-lies-in = { $dir }에 템플릿이 없습니다. 템플릿은 template.toml이 있는 폴더에 하나씩 있습니다
unchanged-x = 변경 없음: { $name }
would-be-created-x = 생성 예정: { $name }
would-be-changed-x = 변경 예정: { $name }
created-x-version-x = 생성: { $name }, 버전 { $version }
created-x-a-draft = 생성: { $name }, 초안
changed-x-version-x = 변경: { $name }, 버전 { $version }
changed-x-a-draft = 변경: { $name }, 초안
the-server-has-no-templates-of-its-own-starters = 서버에 직접 만든 템플릿이 없습니다. 제비에 들어 있는 템플릿은 --starters로 받습니다
there-is-no-template-x-jebi-template-list-names = 템플릿 { $name }이(가) 없습니다. `jebi template list`로 모두 볼 수 있습니다
x-says-something-else-than-the-server-keep-it = { $path }: 서버와 내용이 다릅니다. 다른 곳으로 옮기거나 --force를 쓰십시오
x-cannot-be-written-x = { $path }: 쓸 수 없습니다: { $e }
x-templates-in-x-x-files-written = { $dir }에 템플릿 { $templates }개, 파일 { $files }개를 썼습니다
only-in-the-folder-x = 폴더에만 있음: { $name }
only-on-the-server-x = 서버에만 있음: { $name }
html-x-cannot-be-written-x = --html: { $value }에 쓸 수 없습니다: { $e }
the-variable-x-has-no-value-and-mail-without = 변수 { $name }의 값이 없습니다. 값이 없으면 메일을 보내지 않습니다
the-variable-x-is-not-used-by-the-template = 템플릿에서 쓰지 않는 변수입니다: { $name }
vars-x-cannot-be-read-x = --vars: { $file }을(를) 읽을 수 없습니다: { $e }
vars-x-is-no-json-object-x = --vars: { $file }은(는) JSON 객체가 아닙니다: { $e }
var-x-is-not-name-value-write-it-as = --var: { $one }은(는) 이름=값 형식이 아닙니다. --var code=123456처럼 적으십시오
help-template-push-pull-compare-and-preview-templates-as-files = 템플릿을 파일로 올리고 받고 비교하고 미리 봅니다
help-template-write-the-templates-of-a-folder-to-the-server = 폴더의 템플릿을 서버에 쓰고 게시합니다
help-template-write-the-templates-of-a-folder-to-the-server-long = 폴더의 템플릿을 서버에 쓰고 게시합니다

    하나라도 잘못이 있으면 아무것도 쓰지 않으며, 잘못마다 파일과 행, 열을 알려 줍니다. 바뀌지 않은 것은 그대로 둡니다.
help-template-write-the-server-s-templates-into-a-folder = 서버의 템플릿을 폴더에 씁니다
help-template-write-the-server-s-templates-into-a-folder-long = 서버의 템플릿을 폴더에 씁니다

    내용이 다른 파일은 --force가 없으면 건드리지 않고 이름을 알려 줍니다.
help-template-show-how-a-folder-differs-from-the-server-s = 폴더가 서버의 초안과 어떻게 다른지 보여 줍니다
help-template-show-how-a-folder-differs-from-the-server-s-long = 폴더가 서버의 초안과 어떻게 다른지 보여 줍니다

    다른 것이 있으면 1로 끝납니다.
help-template-list-templates = 템플릿을 조회합니다
help-template-fill-in-a-template-and-print-it = 템플릿에 값을 채워 출력합니다
help-template-fill-in-a-template-and-print-it-long = 템플릿에 값을 채워 출력합니다

    폴더에 있으면 폴더의 것을 폴더의 조각과 함께, 없으면 서버의 초안을 씁니다. 저장하거나 보내지 않습니다.
help-template-names-all-of-the-folder-when-left-out = 이름. 생략하면 폴더의 모든 템플릿
help-template-the-folder = 폴더
help-template-only-check-and-say-what-would-change = 검사만 하고 무엇이 바뀔지 알려 줍니다
help-template-write-drafts-without-publishing-them = 게시하지 않고 초안만 씁니다
help-template-what-the-versions-are-about = 버전에 남길 메모
help-template-those-that-come-with-jebi-too-to-make-your = 제비에 들어 있는 템플릿도 받아 고쳐 쓸 수 있게 합니다
help-template-overwrite-and-remove-files-that-say-something-else = 내용이 다른 파일을 덮어쓰거나 지웁니다
help-template-name-of-the-template = 템플릿 이름
help-template-a-value-as-name-value-json-where-the-template = 값. 이름=값으로 적습니다. 템플릿에서 number, boolean, list, object로 정한 변수는 JSON으로, 나머지는 텍스트로 읽습니다. 여러 번 쓸 수 있습니다
help-template-file-with-values-a-json-object = 값이 든 파일: JSON 객체
help-template-language-such-as-ko-the-template-s-own-when = 언어(예: ko). 생략하면 템플릿의 언어
help-template-file-to-write-the-html-to = HTML을 쓸 파일
give-one-of-1-to-998-characters = 1자에서 998자까지로 적으십시오
the-subject-is-longer-than-998-characters = 제목이 998자를 넘습니다
the-subject-holds-a-line-break-or-another-control = 제목에 줄바꿈이나 다른 제어 문자가 있습니다
others-are-changing-templates-at-the-same-time = 다른 곳에서 동시에 템플릿을 바꾸고 있습니다

# 평판 보호와 알림
word-alert = 알림
x-is-not-three-percentages = { $value }은(는) 퍼센트 세 개가 아닙니다
x-does-not-rise = { $value }은(는) 커지는 순서가 아닙니다
x-pauses-where-ses-stops-the-account = { $value }은(는) SES가 계정을 멈추는 값에서야 멈춥니다
write-where-to-warn-to-slow = 경고, 감속, 정지할 값을 { $stop }보다 작게, 커지는 순서로 쉼표로 나누어 적으십시오
x-has-two-plans = { $scope }의 계획이 두 개입니다
x-is-not-a-plan = { $value }은(는) 계획이 아닙니다
write-a-provider-or-a-domain-from = 제공자나 @도메인, from, 날짜를 적으십시오: @news.example.kr from 2026-12-01
x-is-not-a-ramp = { $value }은(는) 날마다 늘어나는 수가 아닙니다
write-the-recipients-of-each-day = 날마다의 수신자 수를 1부터 커지는 순서로 쉼표로 나누어 적으십시오: 50, 100, 200
bulk-mail-of-x-is-neither = { $scope }의 대량 메일은 멈추거나 느려지지 않았습니다
list-what-is-with-get-v1-reputation = GET /v1/reputation으로 확인하십시오. 워밍업으로 기다리는 메일은 다음 날 이어집니다
something-else-was-decided-of-it = 방금 다른 결정이 내려졌습니다
look-how-it-stands-then-ask = 현재 상태를 확인하고 다시 요청하십시오
is-longer-than-500-characters = 500자를 넘습니다
say-in-a-sentence-why-for = 다음에 볼 사람을 위해 이유를 한 문장으로 적으십시오
x-has-passed-silence = { $until }은(는) 이미 지났습니다
give-a-time-to-come = 앞으로 올 시각을 지정하십시오
bulk-mail-of-x-is-paused = { $value }의 대량 메일을 멈추었습니다
bulk-mail-of-x-goes-on = { $value }의 대량 메일을 다시 보냅니다
help-reputation = 반송률과 신고율을 보고, 대량 메일을 멈추거나 재개합니다
help-reputation-list = 반송률과 신고율, 그에 따른 조치, 워밍업을 보여 줍니다
help-reputation-pause = 제공자나 도메인의 대량 메일을 재개할 때까지 멈춥니다. 거래성 메일은 계속 보냅니다
help-reputation-resume = 멈추거나 느려진 대량 메일을 다시 보냅니다. 반송과 신고는 새로 셉니다
help-reputation-scope = 제공자 이름, 또는 @example.kr 같은 도메인
help-reputation-reason = 다음에 볼 사람을 위한 이유
help-alerts = 정상이 아닌 것을 보여 줍니다
x-is-not-a-provider = { $name }은(는) 제공자가 아닙니다
name-one-of-x-or-a-domain = { $value } 가운데 하나나 @news.example.kr 같은 도메인을 적으십시오

# src/service/hooks/
there-are-x-webhooks-and-no = 웹훅이 { $most }개 있어 더 만들 수 없습니다
remove-one-that-is-not-used = 쓰지 않는 것을 지우십시오
somebody-else-changed-or-removed-it = 방금 다른 사람이 바꾸거나 지웠습니다
look-at-it-again-then-change-it = 다시 확인한 다음 바꾸십시오
more-than-x-hours = { $hours }시간이 넘습니다
give-0-to-168-hours = 0에서 168시간 사이로 적으십시오
only-calls-to-endpoints-of-the-kind-webhook = webhook 종류의 엔드포인트로 가는 호출에만 서명합니다
change-its-url-instead = 대신 url을 바꾸십시오
a-person-disabled-it = 사람이 중지했습니다
the-webhook-is-disabled-so-nothing = 웹훅이 중지되어 있어 아무것도 알리지 않습니다
enable-it-first = 먼저 다시 켜십시오
it-is-not-after-from = from보다 나중이 아닙니다
give-a-later-time = 더 늦은 시각을 적으십시오
the-configuration-makes-this-webhook = 설정에서 만든 웹훅입니다
change-sns-alert-topic-arn-instead = 대신 SNS_ALERT_TOPIC_ARN을 바꾸십시오
its-secrets-were-sealed-with-another = 비밀 값이 설치의 다른 비밀로 암호화되어 있습니다
use-the-secret-of-the-time-before-webhook = 이전의 비밀을 쓰십시오. 잃어버렸으면 웹훅을 지우고 새로 만드십시오
this-node-has-no-secret-to-seal = 이 노드에는 웹훅의 비밀을 암호화할 비밀이 없습니다
word-webhook = 웹훅
word-event = 이벤트
x-is-no-kind-of-webhook = { $name } 종류의 웹훅은 없습니다
use-webhook-slack-discord-sns-or = webhook, slack, discord, sns, mail 중에서 고르십시오
it-is-of-the-kind-x-and-stays = 종류가 { $kind }이며 바꿀 수 없습니다
make-a-new-webhook-of-the-other = 다른 종류의 웹훅을 새로 만드십시오
x-is-no-language-messages-are = { $name } 언어로는 메시지를 쓰지 않습니다
use-ko-or-en = ko나 en을 쓰십시오
no-event-is-called-x = { $pattern } 이벤트는 없습니다
name-one-of-docs-webhooks = docs/WEBHOOKS.md에 있는 이름, delivery.* 같은 묶음, 또는 전체를 뜻하는 *를 적으십시오
a-mail-for-each-mail-is-no-help = 메일 한 통마다 알림 메일을 보내는 것은 아무에게도 도움이 되지 않습니다
choose-alert-topic-or-endpoint = alert.*, topic.*, endpoint.* 중에서 고르십시오. 메일마다의 결과는 webhook으로 받으십시오
a-webhook-of-the-kind-x-needs-it = { $kind } 종류의 웹훅에 필요합니다
say-where-it-is = 어디에 있는지 적으십시오
a-webhook-of-the-kind-x-has-none = { $kind } 종류의 웹훅에는 없는 항목입니다
leave-it-out = 빼십시오
write-it-as-in-arn-aws-sns = arn:aws:sns:ap-northeast-2:123456789012:alerts처럼 적으십시오
it-is-no-arn-of-an-sns-topic = SNS 토픽의 ARN이 아닙니다
write-https-a-host-and-a-path = https://와 호스트, 경로를 적으십시오
it-is-longer-than-2-000-characters = 2,000자를 넘습니다
it-is-no-web-address = 웹 주소가 아닙니다
it-holds-a-user-name-which-would = 로그에 남을 사용자 이름이 들어 있습니다
it-has-x-addresses = 주소가 { $count }개입니다
give-1-to-10-addresses = 주소를 1개에서 10개까지 적으십시오
it-has-x-entries-at-most-x-are = 항목이 { $count }개입니다. 최대 { $most }개까지 됩니다
name-groups-such-as-delivery = delivery.* 같은 묶음이나 앞부분과 *로 적으십시오
it-is-empty-too-long-or-has-a-star = 비어 있거나, 너무 길거나, 끝이 아닌 곳에 별표가 있습니다
write-a-name-or-how-it-begins = 이름을 적거나 앞부분과 별표를 적으십시오
it-is-plain-http-which-anybody = 암호화되지 않은 HTTP라서 도중에 누구나 읽을 수 있습니다
use-https-or-let-the-operator-set = https를 쓰거나, 운영자가 WEBHOOKS_ALLOW_HTTP를 설정하게 하십시오
it-leads-to-x-which-is-not-of-the = 공용 인터넷이 아닌 { $ip }로 이어집니다
use-a-public-host-or-let-the = 공용 호스트를 쓰거나, 운영자가 WEBHOOKS_ALLOW_PRIVATE_NETWORKS에 네트워크를 추가하게 하십시오
its-host-cannot-be-found-x = 호스트를 찾을 수 없습니다: { $why }
check-how-the-host-is-written = 호스트 이름이 맞는지 확인하십시오

# src/http/api/webhooks/
it-names-neither-one-event-nor-a = 이벤트 하나도 시간 범위도 없거나, 둘 다 있습니다
give-event-or-from-and-perhaps-to = event를 적거나, from과 필요하면 to를 적으십시오
x-is-no-state-of-a-call = { $text } 호출 상태는 없습니다
use-waiting-told-failed-or-dropped = waiting, told, failed, dropped 중에서 고르십시오

# src/config/webhooks.rs
x-is-no-arn-of-an-sns-topic = { $value }는 SNS 토픽의 ARN이 아닙니다

# src/cli/webhook.rs
the-webhook-x-is-made = 웹훅 { $id }를 만들었습니다
the-webhook-x-is-changed = 웹훅 { $id }를 바꾸었습니다
the-webhook-x-is-removed = 웹훅 { $id }를 지웠습니다
the-webhook-x-is-told-x = 웹훅 { $id }에 { $event }를 알립니다. 결과는 jebi webhook calls로 볼 수 있습니다
the-webhook-x-is-enabled = 웹훅 { $id }를 다시 켰습니다
the-webhook-x-is-disabled = 웹훅 { $id }를 중지했습니다
x-calls-are-made-again = 호출 { $calls }건을 다시 합니다
the-secret-is-shown-once-the-other = 비밀 값은 한 번만 표시합니다. 받는 쪽에서 서명을 확인하는 데 필요합니다:
help-webhook = 웹훅을 만들고, 시험하고, 목록을 보고, 다시 알립니다
help-webhook-list = 모든 웹훅의 목록을 봅니다
help-webhook-show = 웹훅을 JSON으로 출력합니다
help-webhook-id = 웹훅의 번호
help-webhook-create = 웹훅을 만듭니다. 비밀 값은 한 번만 출력합니다
help-webhook-change = 웹훅에서 주어진 것만 바꿉니다
help-webhook-remove = 웹훅을 지웁니다
help-webhook-test = 웹훅에 시험 이벤트를 알립니다
help-webhook-rotate = 웹훅의 비밀 값을 새로 만듭니다. 이전 것도 하루 동안 함께 서명합니다
help-webhook-keep-old-hours = 이전 비밀 값이 함께 서명하는 시간, 0에서 168
help-webhook-enable = 중지된 웹훅에 다시 알립니다
help-webhook-disable = 웹훅에 알리는 것을 멈춥니다
help-webhook-replay = 이벤트 하나 또는 어떤 시간의 전부를 다시 알립니다
help-webhook-event-id = 이벤트 하나의 ID
help-webhook-from = 이때부터 기록된 이벤트
help-webhook-to-time = 이때까지. 기본은 지금
help-webhook-failed-only = 알리지 못한 것만
help-webhook-calls = 호출 결과를 최신 순으로 봅니다
help-webhook-state = waiting, told, failed, dropped 중 하나
help-webhook-limit = 목록에 보일 호출 수, 1에서 500
help-webhook-kind = webhook, slack, discord, sns, mail 중 하나
help-webhook-url = 호출할 주소: https
help-webhook-topic-arn = 게시할 SNS 토픽
help-webhook-to = 메일을 받을 사람. 여럿 적을 수 있습니다
help-webhook-language = 사람에게 보내는 메시지의 언어: ko 또는 en
help-webhook-event = 받을 이벤트 또는 delivery.* 같은 묶음. 여럿 적을 수 있습니다
help-webhook-topic = 받을 토픽, 또는 토픽의 앞부분과 별표. 여럿 적을 수 있습니다
help-webhook-lane = 받을 레인: transactional 또는 bulk

# src/service/suppression/
the-request-has-no-entries = 요청에 항목이 없습니다
the-request-has-x-entries-at = 요청에 든 항목이 { $given }건입니다. 한 번에 { $most }건까지 받습니다
split-it-or-send-a-file-of-suppressions = 나누어 보내거나 파일을 /v1/suppressions/csv로 보내십시오
who-unsubscribes-keeps-no = 수신 거부(unsubscribe)는 거래성 메일을 막지 않습니다
use-bulk-or-topic-name-or = bulk나 topic:NAME을 쓰거나, 사유(cause)를 manual로 하십시오
x-is-no-cause = { $text }은(는) cause에 쓸 수 없는 값입니다
use-one-of-x-causes = 다음 가운데 하나를 쓰십시오: { $all }
use-all-bulk-or-topic-name = all, bulk, topic:NAME 가운데 하나를 쓰십시오. topic:news는 news와, news 뒤에 / - _ . : 로 이어지는 토픽을 뜻합니다
the-name-of-a-topic-family-must = 토픽 묶음의 이름은 제어 문자 없이 1~{ $max }바이트여야 합니다
the-name-of-a-topic-family-ends = 토픽 묶음의 이름이 `/`로 끝납니다
it-has-a-line-break-or-another = 줄바꿈이나 다른 제어 문자가 있습니다
write-it-in-one-line = 한 줄로 적으십시오
it-does-not-say-why-the-address = 왜 다시 보내도 되는지 적혀 있지 않습니다
say-it-in-a-few-words-who = 짧게 적으십시오. 예: 누가 요청했는지, 무엇을 바로잡았는지

# src/service/addresses/, src/service/accept/
the-request-has-no-addresses = 요청에 주소가 없습니다
the-request-has-x-addresses-at = 요청에 든 주소가 { $given }개입니다. 한 번에 { $most }개까지 검사합니다
split-it-or-use-jebi-addresses = 나누어 보내거나 jebi addresses check에 파일을 주십시오
this-is-a-disposable-address-and = 일회용 이메일 주소는 사용할 수 없습니다
use-an-address-that-lasts-or = 계속 쓰는 주소를 적거나, 운영자에게 JEBI_DISPOSABLE이나 JEBI_DISPOSABLE_DOMAINS를 바꿔 달라고 하십시오
recipients-with-a-disposable-address = 일회용 이메일 주소를 쓰는 수신자: { $found }명
ask-them-for-an-address-that = 계속 쓰는 주소를 받으십시오. JEBI_DISPOSABLE=refuse로 하면 이런 주소를 받지 않습니다

# src/http/api/suppression/
the-file-has-more-than-x-lines-with = 주소가 든 줄이 { $max }줄을 넘습니다
name-the-columns-and-give-an-address = 첫 줄에 열 이름을 적고, 그 아래 줄마다 주소를 하나씩 적으십시오
no-column-is-email = email 열이 없습니다
name-the-columns-one-of-them-email = 첫 줄에 열 이름을 적고 그 가운데 하나를 email로 하십시오. 또는 주소만 한 줄에 하나씩 적으십시오

# src/config/suppression.rs, src/config/addresses.rs
is-x-and-only-x-days-count = 값이 { $times }인데, 하루에 한 번만 세는 날이 { $days }일뿐이라 결코 채워지지 않습니다
lower-it-or-raise-suppression = 값을 낮추거나 suppression.soft_bounce_days를 높이십시오
name-a-text-file-with-a-domain = 한 줄에 도메인 하나를 적은 텍스트 파일을 지정하십시오. !도메인은 기본 목록에서 그 도메인을 뺍니다
x-line-x-is-no-domain = { $file }: { $line }번째 줄은 도메인이 아닙니다: { $what }
x-is-not-the-address-of-a-name = { $text }은(는) 네임 서버의 주소가 아닙니다
write-an-address-such-as-192 = 192.0.2.53처럼 주소를 적거나 192.0.2.53:5353처럼 포트까지 적으십시오. 생략하면 시스템의 네임 서버를 씁니다

# src/cli/suppression.rs, src/cli/addresses.rs
x-is-off-the-suppression-list = { $address }을(를) 수신 차단 목록에서 뺐습니다
added-x-known-x-left-out-x = 추가: { $added }, 이미 있음: { $known }, 제외: { $left }
lines-left-out-because-of-a-fault = 잘못이 있어 뺀 줄: { $bad }
the-file-cannot-be-written-x = 파일을 쓸 수 없습니다: { $e }
good-x-risky-x-bad-x = 양호: { $good }, 주의: { $risky }, 불가: { $bad }, 알 수 없음: { $unknown }
x-no-column-is-called-email = { $file }: email이라는 열이 없습니다. 첫 줄에 열 이름을 적으십시오
help-suppression = 수신 차단 목록에 주소를 넣고 빼며, 파일로 들이고 내보냅니다
help-suppression-add = 수신 차단 목록에 주소를 넣습니다
help-suppression-remove = 수신 차단 목록에서 주소를 뺍니다. 누가 왜 뺐는지 남습니다
help-suppression-list = 수신 차단 목록을 조회합니다
help-suppression-import = CSV 파일의 주소를 수신 차단 목록에 넣습니다
help-suppression-import-long = CSV 파일의 주소를 수신 차단 목록에 넣습니다

    첫 줄에 열 이름을 적습니다: email, 그리고 필요하면 scope, cause, reason, created_at. 주소만 든 파일은 첫 줄이 없어도 됩니다. 잘못된 줄은 알려 주고 나머지를 넣습니다.
help-suppression-export = 수신 차단 목록을 CSV 파일로 씁니다
help-suppression-addresses = 주소
help-suppression-the-address = 주소
help-suppression-why-again = 다시 보내도 되는 까닭
help-suppression-of-this-scope = 이 범위만: all, bulk, topic:NAME
help-suppression-the-file = 파일
help-suppression-which-mail = 막을 메일: all(모두), bulk(대량 메일), topic:NAME(토픽 묶음)
help-suppression-cause = manual, bounce, soft_bounce, complaint, unsubscribe 가운데 하나
help-suppression-why = 까닭
help-suppression-email = 주소 또는 그 앞부분
help-suppression-domain = 도메인
help-suppression-scope = all, bulk, topic:NAME 가운데 하나
help-addresses = 메일을 보내기 전에 주소를 검사합니다
help-addresses-check = CSV 파일의 주소를 검사해 명단을 정리합니다
help-addresses-check-long = CSV 파일의 주소를 검사해 명단을 정리합니다

    파일에 열 네 개를 더해 다시 씁니다: verdict(good, risky, bad, unknown), why, suggestion, mx. 주소가 든 열의 이름은 email입니다. 주소만 든 파일은 첫 줄이 없어도 됩니다.
help-addresses-no-mx = 도메인이 메일을 받는지 네임 서버에 묻지 않습니다

# domain/src/sns/
sns-exactly = SNS가 이 주소로 직접 전달하게 하거나, SNS가 전달한 내용을 그대로 보내십시오
sns-missing = 빠져 있습니다
sns-body = 본문이 SNS가 보내는 형식이 아닙니다: { $error }
sns-no-time = RFC 3339 형식의 시각이 아닙니다
sns-no-id = SNS의 id가 아닙니다
sns-no-version = 1도 2도 아닙니다
sns-set-version = 주제의 SignatureVersion을 1이나 2로 설정하십시오
sns-long-signature = SNS의 서명보다 깁니다
sns-certificate-url = SNS의 주소(https://sns.REGION.amazonaws.com/….pem)가 아닙니다
sns-subscribe-url = SNS의 주소(https://sns.REGION.amazonaws.com/?…)가 아닙니다
sns-type = Notification, SubscriptionConfirmation, UnsubscribeConfirmation 가운데 하나가 아닙니다
sns-raw = 메시지에 SNS 봉투가 없어 서명도 없습니다. 원시 메시지 전달(raw message delivery)이 켜져 있습니다
sns-raw-off = 이 구독의 원시 메시지 전달을 끄거나, 켜 두어도 되는 대기열(SQS_QUEUE_URLS)로 전달하십시오
sns-copy-arn = SNS 콘솔의 주제 페이지에서 복사하십시오
sns-no-arn = SNS 주제의 ARN이 아닙니다
sns-arn-account = 계정이 12자리 숫자가 아닙니다
sns-arn-fifo = FIFO 주제입니다. SES는 표준 주제에만 게시합니다
sns-arn-name = 마지막 부분이 주제 이름이 아닙니다

# src/service/sns/
sns-stale = 메시지가 { $at }에 게시되어, SNS가 전달하는 기간이 지났습니다
sns-stale-remedy = 이미 받은 메시지라면 할 일이 없습니다. 아니라면 이 서버의 시계를 확인하십시오
sns-early = 이 서버의 시계로는 아직 오지 않은 시각의 메시지입니다
sns-signature = 이 메시지에 대한 SNS의 서명이 아닙니다
sns-later = SNS에 연결하지 못해 구독을 아직 확인하지 못했습니다. 다시 시도합니다
sns-over = SNS가 구독 확인을 받아들이지 않았습니다. 다시 구독하십시오
sns-waits = `jebi sns allow ARN`으로 허용할 때까지 주제가 대기합니다
sns-unsure = 주제가 우리 AWS 계정의 것인지 지금은 알 수 없습니다
sns-unsure-remedy = 잠시 뒤 다시 전달하십시오. SNS_TOPIC_ARNS에 주제를 적거나 `jebi sns allow ARN`을 실행하면 계정을 물을 필요가 없습니다
sns-not-taken = { $topic } 주제의 메시지는 받지 않습니다
sns-not-taken-remedy = 운영자가 SNS_TOPIC_ARNS에 적거나 `jebi sns allow ARN`을 실행해야 합니다
sns-listed = 설정(SNS_TOPIC_ARNS)에 적힌 주제입니다
sns-listed-remedy = 설정에서 빼고 다시 읽게 하십시오
sns-too-many-certificates = 지난 1분 동안 너무 많은 인증서를 요청했습니다
sns-certificate-away = 메시지에 서명한 인증서를 지금은 가져올 수 없습니다
sns-certificate-away-remedy = 잠시 뒤 다시 전달하십시오. 원인은 서버 로그에 있고, 인증서를 sns.certificates 폴더에 직접 넣어 둘 수도 있습니다
sns-distrust = 메시지에 서명한 인증서가 SNS의 것이 아닙니다: { $why-text }
sns-no-certificate-there = 그런 인증서가 없습니다
sns-issuer = 발급자를 신뢰할 수 없습니다
sns-unreadable = 읽을 수 없습니다: { $e }
sns-other-name = 이 리전의 SNS에 발급된 것이 아닙니다
sns-key-kind = RSA 키가 아닙니다
sns-no-address = SNS의 주소가 아닙니다
sns-status = SNS가 상태 { $status }(으)로 응답했습니다

# src/config/sns.rs
config-sns-twice = { $part }이(가) 두 번 적혀 있습니다
config-sns-roots = { $file }의 인증 기관이 SNS를 보증해도 이벤트를 믿습니다. 그 키를 가진 사람은 이벤트를 지어낼 수 있으므로, 운영 환경에서는 sns.trusted_roots를 빼십시오
config-sns-once = 한 번만 적으십시오
config-sns-none = 주제가 적혀 있지 않습니다
config-sns-name-one = 하나를 적거나, 빼십시오
config-sns-arns = arn:aws:sns:ap-northeast-2:111122223333:ses-events와 같은 ARN을 쉼표로 나누어 적으십시오
config-sns-topic = { $text }은(는) 이벤트를 받을 수 있는 주제가 아닙니다: { $fault-text }
config-sqs-copy = https://sqs.ap-northeast-2.amazonaws.com/111122223333/ses-events와 같은 주소를 SQS 콘솔에서 복사하십시오
config-sqs-address = 대기열의 주소가 아닙니다
config-sqs-name = 대기열 이름이 없습니다
config-sqs-fifo = FIFO 대기열입니다. SNS는 표준 주제를 여기에 전달하지 않습니다
config-sqs-region = { $url }에 AWS 리전이 없습니다
config-sqs-region-remedy = AWS의 주소를 적거나, SES 계정을 설정하십시오
config-sns-folder = { $text }은(는) 폴더가 아닙니다
config-sns-folder-remedy = PEM 파일이 있는 폴더를 적으십시오

# src/cli/sns.rs
sns-allowed = { $arn }의 메시지를 받습니다
sns-allowed-fault = 구독을 아직 확인하지 못했습니다: { $fault-text }
sns-allowed-at = 구독을 { $at }에 확인했습니다
sns-allowed-none = 확인을 기다리는 구독이 없습니다. 이 서버의 /v1/events/results를 주제에 구독시키십시오
sns-removed = { $arn }의 메시지를 거부합니다. AWS에서도 구독을 해지하십시오
help-sns-arn-listed = 토픽의 ARN(`jebi sns list`에 나옵니다)
help-sns-arn = 토픽의 ARN(SNS 콘솔이나 `jebi sns list`에 나옵니다)
help-sns-list = 이벤트가 들어오는 토픽과 대기열, 마지막으로 들어온 때를 보여 줍니다
help-sns = SES 이벤트가 들어오는 토픽을 보여 주고 허용하거나 뺍니다
help-sns-remove = 이제부터 토픽의 메시지를 받지 않습니다
help-sns-allow = 토픽의 메시지를 받고, 기다리는 구독이 있으면 확인합니다

# src/service/accept/track.rs, src/config/tracking.rs
opens-and-clicks-are-not-followed-html = 열람과 클릭을 추적하지 않습니다: 메시지에 HTML이 없습니다
give-content-or-html-or-leave-track = content나 html을 주거나 track을 빼십시오
opens-and-clicks-are-not-followed-secret = 열람과 클릭을 추적하지 않습니다: 이 서버에는 그림과 링크에 서명할 비밀 값이 없습니다
opens-and-clicks-are-not-followed-address = 열람과 클릭을 추적하지 않습니다: 메일을 읽는 사람이 닿을 수 있는 이 서버의 주소가 없습니다
let-the-operator-set-server-url-or = 운영자가 SERVER_URL(또는 TRACKING_HOST)을 그런 주소로 설정하게 하거나, track을 false로 주십시오
x-is-this-machine-itself-which-readers = { $value }은(는) 이 컴퓨터 자신이어서 메일을 읽는 사람이 닿을 수 없습니다
name-a-host-the-world-reaches-this = 외부에서 이 서버에 닿는 호스트 이름을 적으십시오. 예: click.example.com
