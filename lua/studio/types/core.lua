---@meta
-- Types for editors: what the C module exports. SPDX-License-Identifier: MIT
--
-- Never loaded by a program. Seconds everywhere, fractions allowed.

---@class studio.core
---@field version string of this library
---@field curl_version string of libcurl, as found at run time
---@field kinds string[] every kind an error can have
---@field null lightuserdata JSON's null
---@field empty_array lightuserdata is written as []
---@field json_marks table internal: which metatables and values mean "array"
local core = {}

---Percent-encodes a text as one path segment or query part.
---@param text string
---@return string
function core.escape(text) end

---@param text string any bytes
---@return string hex 64 digits
function core.sha256(text) end

---A hash that names what a URL leads to: the same for every signed URL of one thing.
---@param url string
---@return string digits
function core.url_id(url) end

---Gives a finished file another name, and never replaces anything.
---@param from string
---@param to string
---@return boolean? done false: `to` is taken
---@return string? message why it cannot be
function core.place(from, to) end

---Makes a folder with those above it; what is there already stays.
---@param path string
---@return boolean? made
---@return string? why nothing can be written into it
function core.make_folder(path) end

---The time of day, as the system believes: it may step.
---@return number seconds since 1970, to the millisecond
function core.epoch() end

---What lies at a path itself, not what a link there points at.
---@param path string
---@return "file"|"folder"|"link"|"other"|nil kind nil when nothing is to be seen there
---@return integer? size of a file
function core.entry(path) end

---Opens a journal: a file that this user alone may read, locked until it is closed or the process ends.
---@param path string
---@param must_exist boolean? else it is made
---@return studio.core.journal?
---@return string? message why it cannot be
---@return string? code "busy": another run has it
function core.journal(path, must_exist) end

---JSON text to a value; studio.json.decode is its public name.
---@param text string
---@param options { null: "drop"|"keep"?, depth: integer?, max_bytes: integer? }?
---@return any value nil when the text is refused
---@return string? message
function core.json_decode(text, options) end

---A value to JSON text; studio.json.try_encode is its public name.
---@param value any
---@param options { sort: boolean?, indent: integer?, html_safe: boolean?, depth: integer? }?
---@return string? text
---@return string? message
function core.json_encode(value, options) end

---The loop of this Lua state, always the same. Internal: use studio.step, spawn, sleep, fd.
---@return studio.core.loop
function core.loop() end

---Makes credentials; their values are kept in memory that is zeroed when they are let go, and shown as ***.
---@param options studio.core.auth_options
---@return studio.core.auth
function core.auth(options) end

---@class studio.core.auth_options
---@field kind "header"|"headers"|"bearer"|"basic"|"authorization"|"provider"
---@field name string? header: its name
---@field value string? header, authorization: the value
---@field prefix string? header: goes before the value
---@field fields table<string, string>? headers: name -> value
---@field token string? bearer
---@field user string? basic
---@field password string? basic
---@field scheme string? basic: another word in the place of "Basic"
---@field hide string[]? further texts that are secret
---@field provider (fun(): studio.core.auth|table|nil, number|string|nil)? gives credentials of another kind and the
---  seconds they are good for, or nil and why not

---Makes a limiter, or finds the one that goes by `key` in this Lua state (its limits then stay as they were).
---@param options studio.core.limiter_options
---@return studio.core.limiter
function core.limiter(options) end

---@class studio.core.limiter_options
---@field name string for people; holds no secret
---@field key string? same key, same limiter; kept as a secret
---@field capacity integer? requests in a window
---@field window number? seconds
---@field guard number? seconds added to the window; default 0.02
---@field spacing number? least seconds between two sends
---@field linger number? seconds that a failed request may still take to reach the service; default 1
---@field max_in_flight integer? of this process
---@field state_dir string? folder where the slots of this key are kept for other processes and runs; default: memory

---Makes a client of one account at one service.
---@param options studio.core.client_options
---@return studio.core.client
function core.client(options) end

---@class studio.core.client_options
---@field name string? of the service, for people: in logs, and in the variables of curl commands; default "studio"
---@field base_url string https; http to loopback, or with allow_http
---@field auth studio.core.auth?
---@field limiters studio.core.limiter[]?
---@field headers table<string, string>? sent to the own origin only
---@field user_agent string?
---@field ca_file string? PEM bundle; default SSL_CERT_FILE, else libcurl's
---@field cert_file string? PEM: the client's own certificate (and chain), shown to its own origin only
---@field key_file string? PEM: its key; default: in cert_file
---@field key_password string? of the key; kept as a secret
---@field insecure boolean? do not verify TLS, for this client
---@field proxy string|false|nil URL, with user:password@ if need be; false or "" for none; default from the environment
---@field http2 boolean? default true
---@field allow_http boolean? plain http to other hosts than loopback
---@field max_attempts integer? for failures, default 5
---@field max_refusals integer? answers 429 that a call sits out, default 20
---@field backoff_base number? seconds, default 0.5
---@field backoff_cap number? seconds, default 20
---@field max_redirects integer? default 5

---@class studio.core.auth
local auth = {}

---Zeroes the credentials, once nothing uses them; a second time does nothing.
function auth:close() end

---@class studio.core.limiter
local limiter = {}

---What the limiter does now, and why.
---@return studio.limit
function limiter:explain() end

---Lets the limiter go; clients that use it keep it.
function limiter:close() end

---@class studio.limit one limiter's report
---@field name string
---@field capacity integer requests in a window, as in force; 0: no window
---@field configured integer capacity as asked for
---@field window number
---@field guard number
---@field spacing number
---@field linger number
---@field max_in_flight integer 0: no bound
---@field held integer slots of attempts in flight
---@field cooling integer slots that wait for their window to pass
---@field foreign integer slots that somebody else spent
---@field pace number seconds between two sends, because others spend the same key; 0: none
---@field quota number seconds until a spent quota of another window (a day, say) is new; 0: none is spent
---@field free integer? nil: no window
---@field in_flight integer
---@field waiting integer calls
---@field next_slot number? seconds; 0: now
---@field paused number? seconds; 0: not paused
---@field sent integer attempts so far
---@field refused integer answers 429 so far
---@field unexplained integer answers 429 that nothing explains
---@field learnt boolean guard or spacing are wider than asked for: answers 429 taught them, here or elsewhere
---@field store "file"|"memory" "file": other processes and later runs see the slots
---@field store_trouble string? why the file that was wanted is not used
---@field why "free"|"window"|"spacing"|"in_flight"|"paused"|"foreign"|"quota"|"turn" turn: it is another process's

---@class studio.core.client
local client = {}

---Submits a call; the loop does the rest.
---@param options studio.core.submit_options
---@return studio.core.call
function client:submit(options) end

---@class studio.core.submit_options
---@field method string? default "GET"
---@field path string? below the base URL, escaped
---@field url string? anywhere: without credentials and limits when it is another origin
---@field query table<string, string|number|boolean|table>? sent sorted by name; a list repeats its name
---@field headers table<string, string>?
---@field body string|(string|studio.core.file_piece|studio.core.reader_piece)[]|nil a list is sent piece after piece
---@field save_to string? file for a body of status 2xx
---@field timeout number? seconds for one attempt, default 60; of a body above 64 KiB: until and after it is sent
---@field stall number? longest silence in an answer or while a body above 64 KiB is sent, seconds, default 30
---@field deadline number? seconds from now for everything
---@field priority "user"|"submit"|"poll"|nil default "user"
---@field repeatable boolean? an idempotency key is in force
---@field max_body integer? bytes kept in memory, default 64 MiB
---@field limiters studio.core.limiter[]? beside the client's own
---@field class_limiter studio.core.limiter? one more, of the class of resources that the answer's headers speak of
---@field label string? what people call it, for logs

---@class studio.core.file_piece
---@field file string its path
---@field offset integer? default 0
---@field size integer? bytes, default: the rest

---@class studio.core.reader_piece
---@field reader fun(): string?, any bytes, nil at the end, or nil and why not
---@field size integer? bytes in all
---@field rewind (fun(): any, any)? begins anew; nil and why it cannot

---The same options as a curl command line; nothing is sent. Secrets are variables of the shell.
---@param options studio.core.submit_options
---@return string? command nil when no command line can hold the body
---@return string? why
function client:curl(options) end

---Looks the host up, connects and shakes hands; sends nothing.
---@return studio.core.call
function client:warm() end

---@return studio.stats
function client:stats() end

---@class studio.stats
---@field calls integer
---@field attempts integer
---@field retries integer
---@field rate_limited integer answers 429
---@field waited number seconds spent waiting for slots, summed over the calls
---@field bytes_in integer headers included
---@field bytes_out integer
---@field connections integer
---@field in_flight integer
---@field queued integer

---Takes the client's credentials out of a text that came from elsewhere.
---@param text string
---@return string
function client:redact(text) end

---Scheme, host and port of the base URL.
---@return string
function client:origin() end

---New submits raise; calls under way end by themselves. A second time does nothing.
function client:close() end

---@class studio.core.call
local call = {}

---@return boolean
function call:done() end

---Raises when the call is not done.
---@return studio.response?
---@return studio.failure?
function call:result() end

---@class studio.failure
---@field kind string
---@field status integer?
---@field message string
---@field code string?
---@field retry_after number? seconds
---@field attempts integer
---@field stage "not_sent"|"unknown"|"answered"
---@field response studio.response?

---Ends the call now; its result is then a failure of kind "cancelled".
---@return boolean false when it was done
function call:cancel() end

---@return "auth"|"queued"|"sending"|"backoff"|"done"
function call:state() end

---Whether the attempt under way has begun to leave this machine: "sending" begins with looking up the name.
---@return boolean
function call:is_sent() end

---Seconds until it can go on, as far as is known; 0 when it is under way.
---@return number
function call:wait() end

---Body bytes: of the answer, or of the whole file that a download goes on with; and of the request. They never go back.
---@return { received: integer, expect: integer?, sent: integer, send_total: integer? }
function call:progress() end

---The call (after redirects: its last request) as a curl command line, with secrets as variables of the shell.
---@return string? command nil when no command line can hold the body
---@return string? why
function call:curl() end

---How many requests it has sent or tried to send.
---@return integer
function call:attempts() end

---Lets the handle go; never cancels the call.
function call:close() end

---@class studio.response
---@field status integer
---@field body string? nil when it was saved to a file
---@field path string? the file
---@field url string the final one; may be a secret
---@field headers table<string, string> lower-case names; repeats joined with ", "
---@field timing studio.timing
---@field attempts integer
---@field request_id string?
---@field http_version number 1.1 or 2
local response = {}

---The first value of a header, whatever the case of its name.
---@param name string
---@return string?
function response:header(name) end

---The call that it answers as a curl command line: see call:curl.
---@return string? command
---@return string? why
function response:curl() end

---Lets the memory go before the collector does.
function response:close() end

---@class studio.timing where the time of a call went, in seconds; see docs/debugging.md
---@field auth number waiting for the credential provider
---@field earlier number attempts before the last one, redirects included
---@field queue number waiting for slots
---@field backoff number
---@field resolve number
---@field connect number
---@field tls number
---@field send number
---@field wait number for the first byte
---@field body number
---@field total number

---@class studio.core.loop
local loop = {}

---Does what there is to do, and waits for it at most so long.
---@param seconds number?
---@param asker (fun(client: studio.core.client, provider: function, question: studio.core.question))? has credential
---  providers run where they may wait, and tells question:answer what pcall(provider) returned; nil: they are called
---  inside the step
---@return studio.core.call[] finished
function loop:step(seconds, asker) end

---A descriptor that becomes readable when step has work to do.
---@return integer
function loop:fd() end

---The descriptor becomes readable, and a waiting step returns, after so many seconds; nil: never.
---@param seconds number?
function loop:alarm(seconds) end

---Monotonic time.
---@return number seconds
function loop:now() end

---Calls that are not done.
---@return integer
function loop:active() end

---@return number in [0, 1)
function loop:random() end

---Same seed, same numbers.
---@param seed integer
function loop:seed(seed) end

---Sets what the loop notes from now on: 0 nothing, 1 errors, 2 warnings, 3 the end of each call, 4 everything.
---@param level integer
function loop:log(level) end

---The next of the events that the loop noted, oldest first.
---@return studio.event? event
---@return integer lost how many were lost before, for want of room
function loop:event() end

---@class studio.core.question
local question = {}

---Answers for a credential provider; a second time does nothing.
---@param ok boolean
---@param ... any what pcall(provider) returned
function question:answer(ok, ...) end

---Closes the connections that are kept for later calls.
---@return boolean closed false while a transfer is under way: nothing was closed then
function loop:disconnect() end

---@class studio.core.journal
local journal = {}

---Writes one line, whole, to the system before it returns; nothing of one that cannot be written stays.
---@param line string with a line feed at its end, and no other
---@return boolean? written
---@return string? message
function journal:append(line) end

---Cuts off what stands behind the first so many bytes.
---@param size integer
---@return boolean? kept
---@return string? message
function journal:keep(size) end

---Lets the lock go; a second time does nothing.
function journal:close() end

return core, auth, limiter, client, call, response, loop, question, journal
