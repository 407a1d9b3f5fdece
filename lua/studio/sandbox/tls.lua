-- A certificate authority of the sandbox's own, and a server certificate from it. SPDX-License-Identifier: MIT

local bignum = require "openssl.bignum"
local http_tls = require "http.tls"
local pkey = require "openssl.pkey"
local rand = require "openssl.rand"
local x509 = require "openssl.x509"
local x509_altname = require "openssl.x509.altname"
local x509_name = require "openssl.x509.name"

local tls = {}

local DAY = 86400

local function certificate(common_name)
  local crt = x509.new()
  local dn = x509_name.new()
  dn:add("CN", common_name)
  crt:setVersion(3)
  crt:setSerial(bignum.fromBinary(rand.bytes(15)))
  crt:setSubject(dn)
  local now = os.time()
  crt:setLifetime(now - DAY, now + 30 * DAY)
  return crt
end

-- Takes HTTP/2 or HTTP/1.1, whichever the client names first.
local function select_protocol(_, protocols)
  for _, protocol in ipairs(protocols) do
    if protocol == "h2" or protocol == "http/1.1" then return protocol end
  end
end

--- Makes an authority and a TLS context for a server on loopback.
---@param names string[]  further host names for the certificate
---@return any ctx     an openssl.ssl.context
---@return string pem  the authority's certificate, for the client
function tls.new(names)
  local ca_key = pkey.new { type = "EC", curve = "prime256v1" }
  local ca = certificate "lua-studio sandbox authority"
  ca:setIssuer(ca:getSubject())
  ca:setBasicConstraints { CA = true }
  ca:setBasicConstraintsCritical(true)
  ca:setPublicKey(ca_key)
  ca:sign(ca_key, "sha256")

  local key = pkey.new { type = "EC", curve = "prime256v1" }
  local crt = certificate "localhost"
  crt:setIssuer(ca:getSubject())
  local alt = x509_altname.new()
  alt:add("DNS", "localhost")
  alt:add("IP", "127.0.0.1")
  for _, name in ipairs(names) do alt:add("DNS", name) end
  crt:setSubjectAlt(alt)
  crt:setPublicKey(key)
  crt:sign(ca_key, "sha256")

  local ctx = http_tls.new_server_context()
  if http_tls.has_alpn then ctx:setAlpnSelect(select_protocol) end
  ctx:setPrivateKey(key)
  ctx:setCertificate(crt)
  return ctx, ca:toPEM()
end

return tls
