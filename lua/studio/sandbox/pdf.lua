-- A PDF of one page with a line of text, by hand. SPDX-License-Identifier: MIT

local pdf = {}

-- In a PDF's text only plain characters are written as they are.
local function escaped(text)
  return (text:gsub("[^\x20-\x7E]", "?"):gsub("[\\()]", "\\%0"))
end

--- The page.
---@param text string
---@return string
function pdf.page(text)
  local drawing = ("BT /F1 18 Tf 72 760 Td (%s) Tj ET"):format(escaped(text))
  local objects = {
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
      .. "/Resources << /Font << /F1 5 0 R >> >> >>",
    ("<< /Length %d >>\nstream\n%s\nendstream"):format(#drawing, drawing),
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  }
  local out, at, places = { "%PDF-1.4\n" }, 9, {}
  for number, object in ipairs(objects) do
    places[number] = ("%010d 00000 n \n"):format(at)
    out[#out + 1] = ("%d 0 obj\n%s\nendobj\n"):format(number, object)
    at = at + #out[#out]
  end
  return table.concat(out) .. ("xref\n0 %d\n0000000000 65535 f \n%s"):format(#objects + 1, table.concat(places))
    .. ("trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"):format(#objects + 1, at)
end

return pdf
