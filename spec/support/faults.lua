-- What a server can do wrong with one request over HTTP/1.1, and what a script is to see. SPDX-License-Identifier: MIT
--
-- One entry for each fault: a name, the server's behaviour, what comes of it. spec/faults_spec.lua does the rest, so
-- a new fault is three lines. The behaviour is Lua run in the peer (spec/support/peer_server.lua) with `c`, the
-- connection, and `r`, the request that was read; afterwards the connection closes, unless it returns true.
--
--   kind, code, status, says   the error of a GET; `says` stands in its message
--   body       the answer's body instead, when it is no error
--   post       the kind of a POST's error; default: outcome_unknown for network, timeout and protocol, else the same
--   sent       { GET = n, POST = n }: requests that the server reads; default 1 each
--   early      the behaviour begins when the head was read: the request's body (of so many bytes) is still under way
--   method     instead of GET and POST
--   options    of client:submit; client: of core.client (max_attempts is 1 unless it says otherwise)
--   lingers    the server has more to say when the answer is read: it says so, then the next calls are made

local function with(expected, more)
  local all = {}
  for k, v in pairs(expected) do all[k] = v end
  for k, v in pairs(more) do all[k] = v end
  return all
end

-- A piece of behaviour: sends that text, in which \r\n and the like are still to be read by the peer.
local function send(text) return ("c:send('%s') "):format(text) end
local function ok(text) return send("HTTP/1.1 200 OK\\r\\n" .. text) end
local function chunked(text) return ok("Transfer-Encoding: chunked\\r\\n\\r\\n" .. text) end
local KEEP, WAIT = " return true", " sleep(30)"

-- What several faults come to.
local lost = { kind = "network", says = "before an answer came" }
local cut = { kind = "network", code = "cut", says = "the connection ended before the whole answer had come" }
local failed = { kind = "network", code = "receive", says = "the connection failed before the whole answer had come" }
local stall = { kind = "timeout", code = "stall", options = { stall = 0.15 },
  says = "the answer stalled: no byte for 0.1 s" }
local timeout = { kind = "timeout", code = "attempt", options = { timeout = 0.3 },
  says = "the timeout of 0.300 s was over before the whole answer had come" }
local deadline = { kind = "timeout", code = "deadline", options = { deadline = 0.3 },
  says = "the deadline of 0.300 s was over before the whole answer had come" }
local no_http = { kind = "protocol", code = "answer", says = "the answer is no HTTP that can be understood" }
local length = { kind = "protocol", code = "answer", says = "Content-Length" }
local chunks = { kind = "protocol", code = "answer", says = "the answer's chunks cannot be understood" }
local packed = { kind = "protocol", code = "encoding", says = "the answer's compression cannot be undone" }
local headers = { kind = "protocol", code = "headers", says = "the answer has more headers than any service needs" }
local redirect = { kind = "protocol", code = "redirect", post = "protocol", says = "redirect (302) to" }
local too_large = { kind = "too_large", code = "max_body", says = "the answer is larger than max_body allows" }
local early = { early = 8 << 20, sent = { GET = 0, POST = 0 } } -- more than the kernel takes in advance

return {
  -- statuses
  { "answers 503 for ever", "c:answer('busy', 503)" .. KEEP,
    { kind = "server", status = 503, says = "the service answered 503", sent = { GET = 3, POST = 1 },
      client = { max_attempts = 3 } } },
  { "answers 429 for ever", "c:answer('busy', 429)" .. KEEP,
    { kind = "rate_limited", status = 429, says = "the service answered 429", sent = { GET = 3, POST = 3 },
      client = { max_refusals = 2, limiters = {} } } },
  { "answers 500, then 502, then well", [[
      n = (n or 0) + (r.method == "GET" and 1 or 0)
      if r.method == "GET" and n <= 2 then c:answer("", n == 1 and 500 or 502) else c:answer("well") end]] .. KEEP,
    { body = "well", sent = { GET = 3, POST = 1 }, client = { max_attempts = 3 } } },
  { "answers with a status that is none", send "HTTP/1.1 999 OK\\r\\nContent-Length: 2\\r\\n\\r\\nno" .. KEEP,
    { kind = "server", status = 999 } },

  -- connections and times
  { "closes without an answer", "", lost },
  { "resets the connection", "c:abort()", lost },
  { "is silent beyond the timeout", WAIT, timeout },
  { "is silent beyond the deadline", WAIT, deadline },
  { "stalls among the headers", ok "X-Half: 1\\r\\n" .. WAIT, stall },
  { "stalls within a header", ok "X-Ha" .. WAIT, stall },
  { "stalls in the body", ok "Content-Length: 9\\r\\n\\r\\nhalf" .. WAIT, stall },
  { "stalls in the body beyond the deadline", ok "Content-Length: 9\\r\\n\\r\\nhalf" .. WAIT, deadline },
  { "sends a byte now and then, beyond the timeout",
    ok "Content-Length: 900\\r\\n\\r\\n" .. "while c:send('x') do sleep(0.05) end", timeout },
  { "cuts the headers", ok "Content-Le", cut },
  { "cuts the body", ok "Content-Length: 9\\r\\n\\r\\nhalf", cut },
  { "resets the connection in the body", ok "Content-Length: 9\\r\\n\\r\\nhalf" .. "sleep(0.05) c:abort()", failed },

  -- how long the answer is
  { "says a Content-Length that is too short", ok "Content-Length: 4\\r\\n\\r\\nwhole" .. KEEP, { body = "whol" } },
  { "says a Content-Length that is too long, and waits", ok "Content-Length: 99\\r\\n\\r\\nwhole" .. WAIT, stall },
  { "says two Content-Lengths", ok "Content-Length: 4\\r\\nContent-Length: 5\\r\\n\\r\\nwhole", length },
  { "says the same Content-Length twice", ok "Content-Length: 5\\r\\nContent-Length: 5\\r\\n\\r\\nwhole" .. KEEP,
    { body = "whole" } },
  { "says a Content-Length below zero", ok "Content-Length: -4\\r\\n\\r\\nwhole", length },
  { "says a Content-Length that is no number", ok "Content-Length: many\\r\\n\\r\\nwhole", length },
  { "says a Content-Length beyond all numbers", ok "Content-Length: 99999999999999999999\\r\\n\\r\\nwhole", length },
  { "sends a chunk whose size is no number", chunked "xyz\\r\\nab", chunks },
  { "sends a chunk of an absurd size", chunked "ffffffffffffffffffff\\r\\nab", chunks },
  { "sends a chunk that is longer than it says", chunked "2\\r\\nabcd\\r\\n0\\r\\n\\r\\n", chunks },
  { "cuts a chunk", chunked "5\\r\\nab", cut },
  { "leaves the last chunk out", chunked "2\\r\\nab\\r\\n", cut },

  -- compression
  { "sends what it calls gzip and is not", ok "Content-Encoding: gzip\\r\\nContent-Length: 5\\r\\n\\r\\nwhole",
    packed },
  { "sends gzip that is broken", ok "Content-Encoding: gzip\\r\\nContent-Length: 14\\r\\n\\r\\n" ..
    "c:send('\\31\\139\\8\\0\\0\\0\\0\\0\\0\\3\\255\\255\\255\\255')", packed },
  { "sends an encoding that nobody knows", ok "Content-Encoding: rot13\\r\\nContent-Length: 5\\r\\n\\r\\nwhole",
    packed },
  { "sends 64 MB in 64 kB of gzip", "c:bomb(64)", with(too_large, { options = { max_body = 1000000 } }) },

  -- headers
  { "sends a header of 100 MB",
    ok "X-Long: " .. "for _ = 1, 1600 do if not c:send(('x'):rep(65536)) then return end end", headers },
  { "sends headers without end", ok "" .. "while c:send(('X-More: and more\\r\\n'):rep(100)) do end", headers },
  { "sends 1xx answers without end", "while c:send(('HTTP/1.1 102 Processing\\r\\n\\r\\n'):rep(100)) do end", headers },
  { "sends 1xx answers now and then, beyond the timeout",
    "while c:send('HTTP/1.1 102 Processing\\r\\n\\r\\n') do sleep(0.05) end", timeout },
  { "sends some 1xx answers first",
    send "HTTP/1.1 103 Early Hints\\r\\nLink: </a>\\r\\n\\r\\nHTTP/1.1 102 P\\r\\n\\r\\n" .. "c:answer('well')" .. KEEP,
    { body = "well" } },
  { "changes to another protocol", send "HTTP/1.1 101 Switching\\r\\nUpgrade: x\\r\\n\\r\\nxxxxxxxxxx",
    { kind = "protocol", code = "answer", says = "the server changed to another protocol (101)" } },
  { "greets like a mail server", send "220 mail.example ready\\r\\n", no_http },
  { "answers in HTTP/0.9", send "<html>hello</html>", no_http },
  { "answers in HTTP/3.7", send "HTTP/3.7 200 OK\\r\\n\\r\\nx", no_http },
  { "sends a status that is no number", send "HTTP/1.1 abc OK\\r\\nContent-Length: 2\\r\\n\\r\\nno", no_http },
  { "sends a status of four digits", send "HTTP/1.1 2000 OK\\r\\nContent-Length: 2\\r\\n\\r\\nno", no_http },
  { "sends status 000", send "HTTP/1.1 000 OK\\r\\nContent-Length: 2\\r\\n\\r\\nno", no_http },
  { "sends rubbish", "c:send(('\\0\\255\\1\\254'):rep(1000))", no_http },
  { "sends NUL in a header", ok "X-Nul: a\\0b\\r\\nContent-Length: 2\\r\\n\\r\\nok", no_http },
  { "sends a header line without a colon", ok "rubbish\\r\\nContent-Length: 2\\r\\n\\r\\nok", no_http },
  { "ends its lines with bare line feeds", send "HTTP/1.1 200 OK\\nContent-Length: 2\\n\\nok" .. KEEP,
    { body = "ok" } },

  -- a final answer while the request is still being sent
  { "answers 413 before it has read the body, and drops the rest",
    "c:answer('much', 413, 'Connection: close') while c.socket:read(-65536) do end",
    with(early, { kind = "invalid", status = 413, says = "the service answered 413" }) },
  { "answers 401 before it has read the body, and waits", "c:answer('who', 401)" .. WAIT,
    with(early, { kind = "unauthorized", status = 401, says = "the service answered 401", method = "POST" }) },

  -- redirects
  { "redirects in a circle", "c:answer('', 302, 'Location: ' .. r.target)" .. KEEP,
    with(redirect, { sent = { GET = 6, POST = 1 }, says = "not followed: " }) },
  { "redirects to a file", "c:answer('', 302, 'Location: file:///etc/passwd')" .. KEEP,
    with(redirect, { says = "the URL cannot be used" }) },
  { "redirects nowhere", "c:answer('', 302)" .. KEEP, with(redirect, { says = "its Location cannot be read" }) },
  { "redirects to rubbish", "c:answer('', 302, 'Location: http://[::1')" .. KEEP,
    with(redirect, { says = "its Location cannot be read" }) },
  { "redirects to another host without TLS", "c:answer('', 302, 'Location: http://other.example/')" .. KEEP,
    with(redirect, { says = "http is not encrypted" }) },
  { "redirects to a port that is closed", "c:answer('', 302, 'Location: http://127.0.0.1:1/')" .. KEEP,
    { kind = "network", code = "connection_refused", post = "protocol", says = "no connection to 127.0.0.1:1" } },

  -- bytes behind the answer: they must not become the next one
  { "sends two answers to one request", "c:answer('mine') c:answer('stolen')" .. KEEP,
    { body = "mine", lingers = true } },
  { "sends a second answer a little later", "c:answer('mine') sleep(0.03) c:answer('stolen')" .. KEEP,
    { body = "mine", lingers = true } },
  { "sends a second answer behind chunks",
    chunked "4\\r\\nmine\\r\\n0\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 6\\r\\n\\r\\nstolen" .. KEEP,
    { body = "mine", lingers = true } },
  { "sends half of a second answer behind chunks, and then the rest",
    chunked "4\\r\\nmine\\r\\n0\\r\\n\\r\\nHTTP/1.1 200 O" .. "sleep(0.03)" ..
    send "K\\r\\nContent-Length: 6\\r\\n\\r\\nstolen" .. KEEP, { body = "mine", lingers = true } },
  { "sends a body with 204", send "HTTP/1.1 204 No\\r\\nContent-Length: 6\\r\\n\\r\\nstolen" .. KEEP,
    { body = "", lingers = true } },
  { "sends an answer behind 204", send "HTTP/1.1 204 No\\r\\n\\r\\n" .. "sleep(0.03) c:answer('stolen')" .. KEEP,
    { body = "", lingers = true } },
  { "sends a body with 304", send "HTTP/1.1 304 No\\r\\nContent-Length: 6\\r\\n\\r\\nstolen" .. KEEP,
    { body = "", lingers = true } },
  { "sends a body to HEAD", ok "Content-Length: 6\\r\\n\\r\\nstolen" .. KEEP,
    { body = "", method = "HEAD", lingers = true } },
  { "sends an answer behind that to HEAD",
    ok "Content-Length: 6\\r\\n\\r\\n" .. "sleep(0.03) c:answer('stolen')" .. KEEP,
    { body = "", method = "HEAD", lingers = true } },

  -- more than anybody wants
  { "sends more than max_body", "c:answer(('x'):rep(100000))" .. KEEP,
    with(too_large, { options = { max_body = 1000 } }) },
  { "sends no length and goes on for ever", ok "\\r\\n" .. "while c:send(('x'):rep(10000)) do end",
    with(too_large, { options = { max_body = 1000000 } }) },
  { "sends an error whose text is larger than max_body", "c:answer(('x'):rep(100000), 400)" .. KEEP,
    { kind = "invalid", status = 400, options = { max_body = 1000 } } },
  { "sends an error whose text never ends",
    send "HTTP/1.1 503 No\\r\\n\\r\\n" .. "while c:send(('x'):rep(10000)) do end",
    { kind = "server", status = 503, options = { max_body = 1000000 } } },
  { "sends an error whose text is cut", send "HTTP/1.1 404 No\\r\\nContent-Length: 99\\r\\n\\r\\ngone",
    { kind = "not_found", status = 404 } },
  { "sends an error whose text stalls", send "HTTP/1.1 404 No\\r\\nContent-Length: 99\\r\\n\\r\\ngone" .. WAIT,
    { kind = "not_found", status = 404, options = { stall = 0.15 } } },
}
