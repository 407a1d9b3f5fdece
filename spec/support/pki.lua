-- Authorities and certificates of every kind, good and bad, made by the openssl program. SPDX-License-Identifier: MIT
--
--   local pki = pki.new()                  -- a folder with ca.pem (an authority) and other.pem (one nobody knows)
--   local leaf = pki:leaf("good", {})      -- leaf.cert, leaf.key: paths; options: names, from, to, ca, chain, password
--   pki:stop()                             -- takes the folder away

local shell = require "spec.support.shell"

local pki = {}
pki.__index = pki
pki.__close = function(self) self:stop() end

local function run(self, command, ...)
  local ok, text = shell.tool(("cd %s && " .. command):format(self.dir, ...))
  assert(ok, text)
end

local EC = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"

-- What `openssl ca` wants to know; dates other than now are its alone (x509 has -days only, and never before now).
local CONF = [[
[ca]
default_ca = this
[this]
database = {dir}/{ca}.index
new_certs_dir = {dir}
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
]]

--- An authority: NAME.pem, NAME.key; signed by another, or by itself.
---@param name string
---@param issuer string?
function pki:authority(name, issuer)
  shell.write(self.dir .. "/" .. name .. ".index", "")
  shell.write(self.dir .. "/" .. name .. ".cnf", (CONF:gsub("{(%l+)}", { dir = self.dir, ca = name })))
  if not issuer then
    run(self, "openssl req -x509 %s -keyout %s.key -out %s.pem -subj '/CN=%s' -days 30", EC, name, name, name)
  else
    run(self, "openssl req %s -keyout %s.key -out %s.csr -subj '/CN=%s'", EC, name, name, name)
    run(self, "openssl ca -batch -notext -config %s.cnf -cert %s.pem -keyfile %s.key -in %s.csr -out %s.pem "
      .. "-days 30 -extensions authority", issuer, issuer, issuer, name, name)
  end
  return self.dir .. "/" .. name .. ".pem"
end

-- As openssl writes dates: YYYYMMDDHHMMSSZ.
local function date(days) return os.date("!%Y%m%d%H%M%SZ", os.time() + days * 86400) end

--- A certificate. names: subjectAltName (default this machine); from, to: days from now; ca: who signs (default "ca",
--- false: itself); chain: further certificates for the file; password: of the key.
---@param name string
---@param options table
---@return { cert: string, key: string }
function pki:leaf(name, options)
  local names = options.names or "DNS:localhost,IP:127.0.0.1,IP:::1"
  local more = ("-subj '/CN=%s' -addext 'subjectAltName=%s'"):format(name, names)
  if options.ca == false then
    run(self, "openssl req -x509 %s -keyout %s.key -out %s.pem %s -days 30 -addext basicConstraints=CA:FALSE", EC, name,
      name, more)
  else
    local ca = options.ca or "ca"
    run(self, "openssl req %s -keyout %s.key -out %s.csr %s", EC, name, name, more)
    run(self, "openssl ca -batch -notext -config %s.cnf -cert %s.pem -keyfile %s.key -in %s.csr -out %s.pem "
      .. "-startdate %s -enddate %s", ca, ca, ca, name, name, date(options.from or -1), date(options.to or 30))
  end
  if options.chain then run(self, "cat %s.pem >>%s.pem", options.chain, name) end
  if options.password then
    run(self, "openssl pkey -in %s.key -aes256 -passout pass:%s -out locked && mv locked %s.key", name,
      options.password, name)
  end
  return { cert = ("%s/%s.pem"):format(self.dir, name), key = ("%s/%s.key"):format(self.dir, name) }
end

--- A folder with the authorities "ca" and "other".
function pki.new()
  local ok, dir = shell.tool "mktemp -d"
  assert(ok, dir)
  local self = setmetatable({ dir = dir:gsub("%s+$", "") }, pki)
  assert(shell.tool("chmod 755 " .. self.dir)) -- nginx reads as another user
  self.ca_file = self:authority "ca"
  self.other_ca_file = self:authority "other"
  return self
end

function pki:stop()
  if self.dir then shell.tool("rm -r " .. self.dir) end
  self.dir = nil
end

return pki
