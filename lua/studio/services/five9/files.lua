-- Files that the service speaks of: client.files. SPDX-License-Identifier: MIT

local check = require "studio.check"
local raw = require "studio.services.five9.raw"

---@class studio.five9.files
local files = {}

--- Downloads what an answer of the service describes ({ fileName, fileType, path }).
---@param metadata table sent as it is
---@param options studio.five9.file_options? save_to: the file, which appears when it is whole
---@return string? bytes_or_path the bytes, or the path that they were saved to; nil, err on failure
---@return table response_or_err
function files:download(metadata, options)
  check.argument("files:download", "metadata", metadata, "table")
  return raw(self.client, "files.download", metadata, options)
end

return files
