--- What users of `studio.fountain` rely on: syntax, clear errors, linear time. SPDX-License-Identifier: MIT

local fountain = require "studio.fountain"

-- The elements of the first scene as "type:text" lines, which read well in a failed assertion.
local function elements(body)
  local script = assert(fountain.parse("INT. X - DAY\n\n" .. body))
  local seen = {}
  for i, e in ipairs(script.scenes[1].elements) do seen[i] = e.type .. ":" .. e.text end
  return seen, script.scenes[1].elements, script
end

local function scene(heading) return assert(fountain.parse(heading)).scenes[1] end

describe("fountain: the title page", function()
  it("reads keys in lower case, with values of several lines", function()
    local script = assert(fountain.parse(
      "Title:\n    _**LOST**_\n\tAND FOUND\nCredit: by\nDraft date: May\n\nINT. A\n"))
    assert.same({ title = "_**LOST**_\nAND FOUND", credit = "by", ["draft date"] = "May" }, script.title)
  end)

  it("takes Authors for Author", function()
    assert.equal("A and B", assert(fountain.parse("Authors: A and B\n\nINT. A")).title.author)
  end)

  it("does not take a transition or plain text for one", function()
    assert.same({}, assert(fountain.parse("FADE IN:\n\nINT. A\n")).title)
    assert.same({}, assert(fountain.parse("It begins: badly\nand goes on\n\nINT. A\n")).title)
    assert.same({}, assert(fountain.parse("\nTitle: late\n\nINT. A\n")).title)
  end)
end)

describe("fountain: headings", function()
  it("knows the openings, in any case", function()
    for _, heading in ipairs { "INT. A - DAY", "EXT A", "est. a", "INT./EXT. CAR", "INT/EXT CAR", "ext./int. car",
      "I/E CAR", "Int. Kitchen" } do
      assert.equal(heading, scene(heading).heading)
      assert.is_false(scene(heading).forced)
    end
  end)

  it("can be forced with one dot, but not with an ellipsis", function()
    local s = scene ".THE SHELVES"
    assert.equal("THE SHELVES", s.heading)
    assert.is_true(s.forced)
    assert.equal("ÉTAGE", scene(".ÉTAGE").heading)
    assert.is_nil((fountain.parse("...AND THEN\n")))
  end)

  it("carry numbers", function()
    local s = scene "EXT. BRIDGE - NIGHT #12A-1.#"
    assert.equal("EXT. BRIDGE - NIGHT", s.heading)
    assert.equal("12A-1.", s.number)
    assert.equal("INT. ROOM #4", scene("INT. ROOM #4").heading)
  end)

  it("need a blank line above", function()
    assert.same({ "action:He writes\nINT. NOWHERE" }, (elements "He writes\nINT. NOWHERE"))
  end)

  it("do not catch words that only begin alike", function()
    assert.same({ "action:Interior monologue.", "action:Extra bread." },
      (elements "Interior monologue.\n\nExtra bread."))
  end)
end)

describe("fountain: dialogue", function()
  it("is a cue, asides and words", function()
    local seen, list = elements "ANNA (V.O.)\n(quietly)\nTwo.\nThree.\n(beat)\nFour.\n\nShe goes."
    assert.same({ "character:ANNA (V.O.)", "parenthetical:quietly", "dialogue:Two.\nThree.", "parenthetical:beat",
      "dialogue:Four.", "action:She goes." }, seen)
    assert.equal("ANNA", list[1].character)
    assert.equal("V.O.", list[1].extension)
    assert.equal("ANNA", list[3].character)
    local at = {}
    for i, element in ipairs(list) do at[i] = element.line end
    assert.same({ 3, 4, 5, 7, 8, 10 }, at)
  end)

  it("needs text right below, and a letter", function()
    assert.same({ "action:SILENCE.", "action:23\nis a number" }, (elements "SILENCE.\n\n23\nis a number"))
    assert.same({ "character:R2D2", "dialogue:Beep." }, (elements "R2D2\nBeep."))
  end)

  it("knows capitals beyond ASCII", function()
    assert.same({ "character:ÉLODIE ŻÓŁĆ", "dialogue:Oui." }, (elements "ÉLODIE ŻÓŁĆ\nOui."))
    assert.same({ "action:ÉLoDIé\nnon" }, (elements "ÉLoDIé\nnon"))
    assert.same({ "action:ÉLODIé\nnon" }, (elements "ÉLODIé\nnon"))
    assert.same({ "character:ИВАН", "dialogue:Да." }, (elements "ИВАН\nДа."))
  end)

  it("can be forced for a name in small letters", function()
    local _, list = elements "@McALLISTER (on the phone)\nYes."
    assert.equal("McALLISTER", list[1].character)
    assert.equal("on the phone", list[1].extension)
    assert.equal("dialogue", list[2].type)
  end)

  it("keeps a blank line that is two spaces", function()
    assert.same({ "character:ANNA", "dialogue:One.\n\nTwo." }, (elements "ANNA\nOne.\n  \nTwo.\n  \n\n"))
  end)

  it("can be dual", function()
    local _, list = elements "ANNA\nNow!\n\nBEN ^\nNever!"
    assert.equal("left", list[1].dual)
    assert.equal("right", list[3].dual)
    assert.equal("BEN", list[3].character)
  end)

  it("holds lyrics", function()
    local seen, list = elements "ANNA\n~La la\nEnough.\n\n~Tra la"
    assert.same({ "character:ANNA", "lyrics:La la", "dialogue:Enough.", "lyrics:Tra la" }, seen)
    assert.equal("ANNA", list[2].character)
    assert.is_nil(list[4].character)
  end)
end)

describe("fountain: everything else", function()
  it("knows transitions by rule, by mark, and fades", function()
    assert.same({ "transition:CUT TO:", "transition:Burn to white.", "transition:FADE OUT." },
      (elements "CUT TO:\n\n> Burn to white.\n\nFADE OUT."))
    assert.same({ "character:GIVE IT TO:", "dialogue:me" }, (elements "GIVE IT TO:\nme"))
  end)

  it("knows centred text, page breaks, sections, synopses", function()
    local seen, list = elements "> THE END <\n\n===\n\n## Act two\n\n= She finds it."
    assert.same({ "centered:THE END", "page_break:", "section:Act two", "synopsis:She finds it." }, seen)
    assert.equal(2, list[3].level)
  end)

  it("keeps as action what no rule claims, with its indents", function()
    assert.same({ "action:(alone)\n    indented", "action:#", "action:=", "action:CUT TO black" },
      (elements "(alone)\n    indented\n\n#\n\n=\n\nCUT TO black"))
  end)

  it("takes ! for action", function()
    assert.same({ "action:SCANNING\nFOR LIFE", "action:INT. NOT A SCENE" },
      (elements "!SCANNING\n!FOR LIFE\n\n!INT. NOT A SCENE"))
  end)

  it("drops the boneyard, over lines too, and keeps line numbers", function()
    local seen, list = elements "One /* two */ three.\n\n/*\nINT. GONE\n\n*/\n\nFour./* never\n closed"
    assert.same({ "action:One  three.", "action:Four./* never\n closed" }, seen)
    assert.equal(10, list[2].line)
  end)

  it("takes notes out of the text, over lines and over soft blank lines", function()
    assert.same({ "action:Dark. And cold.", "note:how dark?" }, (elements "Dark.[[how dark?]] And cold."))
    assert.same({ "action:Dark.", "note:how\n  \ndark?" }, (elements "Dark. [[how\n  \ndark?]]"))
    assert.same({ "action:Dark. [[how", "action:dark?]]" }, (elements "Dark. [[how\n\ndark?]]"))
    assert.same({ "character:ANNA", "dialogue:Hello there", "note:ask her" },
      (elements "ANNA\n[[ask her]]\nHello there"))
  end)

  it("lets a note above a heading pass", function()
    local script = assert(fountain.parse("[[first]]\nINT. A\n\nText."))
    assert.equal("first", script.opening[1].text)
    assert.equal(2, script.scenes[1].line)
  end)

  it("accepts a BOM, CRLF and CR", function()
    local want = assert(fountain.parse("Title: T\n\nINT. A\n\nANNA\nHi.\n"))
    assert.same(want, assert(fountain.parse("\xEF\xBB\xBFTitle: T\r\n\r\nINT. A\r\n\r\nANNA\r\nHi.\r\n")))
    assert.same(want, assert(fountain.parse("Title: T\r\rINT. A\r\rANNA\rHi.")))
  end)

  it("strips emphasis only where it is some", function()
    assert.equal("bold, italic, both, under, 2 * 3 * 4",
      fountain.plain "**bold**, *italic*, ***both***, _under_, 2 * 3 * 4")
    assert.equal("*kept* a_b_c both", fountain.plain "\\*kept\\* a_b_c _*both*_")
    assert.equal("*not\nover lines*", fountain.plain "*not\nover lines*")
  end)
end)

describe("fountain: errors", function()
  it("say where the text is not UTF-8", function()
    local script, err = fountain.parse("INT. A\r\n\r\nCaf\xE9\n")
    assert.is_nil(script)
    assert.equal(3, err.line)
    assert.equal(13, err.offset)
    assert.matches("line 3: byte 0xE9 at offset 13 is not valid UTF%-8", tostring(err))
    assert.matches("UTF%-16", select(2, fountain.parse("\xFF\xFEI\0N\0T\0")).message)
    assert.matches("line 2: byte 0x00", select(2, fountain.parse("INT. A\n\0")).message)
  end)

  it("say that there is no scene", function()
    for _, text in ipairs { "", "\n\n", "Title: x\n\nJust prose.\n" } do
      local script, err = fountain.parse(text)
      assert.is_nil(script)
      assert.matches("no scene", err.message)
    end
  end)

  it("raise for what is no text, at the caller", function()
    local ok, message = pcall(function() fountain.parse(nil) end)
    assert.is_false(ok)
    assert.matches("fountain_spec.lua:%d+: bad argument #1 to 'parse'", message)
  end)
end)

describe("fountain: shots", function()
  it("are heading + action paragraph, with the words that follow", function()
    local shots = fountain.shots(assert(fountain.parse([[
INT. A - *DAY* #7#

One **bold**.

ANNA
(low)
Hello.

Two. [[a note]].. "]]" .. [[

> CUT TO:

INT. B

BEN
Only words.

EXT. C
]])))
    assert.equal(4, #shots)
    assert.same({ index = 1, scene = 1, shot = 1, number = "7", line = 3, heading = "INT. A - DAY",
      text = "One bold.", notes = {},
      dialogue = { { character = "ANNA", parenthetical = "low", text = "Hello." } } }, shots[1])
    assert.equal("a note", shots[2].notes[1])
    assert.equal("CUT TO:", shots[2].transition)
    local third, fourth = shots[3], shots[4]
    assert.same({ 2, 1, "", "BEN" }, { third.scene, third.shot, third.text, third.dialogue[1].character })
    assert.same({ 3, 1, "", "EXT. C" }, { fourth.scene, fourth.shot, fourth.text, fourth.heading })
  end)

  it("do not lose what stands before the first heading", function()
    local shots = fountain.shots(assert(fountain.parse("FADE IN:\n\nBlack.\n\nINT. A\n\nLight.")))
    assert.equal(2, #shots)
    assert.same({ 0, "", "Black." }, { shots[1].scene, shots[1].heading, shots[1].text })
  end)

  it("of the shipped screenplay are enough to test with", function()
    local file = assert(io.open("examples/screenplay/lost-property.fountain"))
    local script = assert(fountain.parse(file:read "a"))
    file:close()
    local kinds, spoken = {}, 0
    for _, s in ipairs(script.scenes) do
      if s.forced then kinds.forced = true end
      for _, e in ipairs(s.elements) do
        kinds[e.type] = true
        if e.dual then kinds.dual = true end
        if e.type == "character" then spoken = spoken + 1 end
      end
    end
    assert.is_true(#script.scenes >= 12)
    assert.is_true(#fountain.shots(script) >= 60)
    assert.is_true(spoken >= 20)
    assert.is_string(script.title.title)
    for _, kind in ipairs { "forced", "dual", "parenthetical", "transition", "note" } do
      assert.is_true(kinds[kind], kind)
    end
  end)
end)

describe("fountain: cost", function()
  -- Counted in VM instructions per byte, not in seconds: the same on every machine. Library calls inside
  -- (find, match) are not counted, so the hostile cases below are run at a size where a square would hang.
  local function steps(text)
    local n = 0
    debug.sethook(function() n = n + 1 end, "", 1000)
    local script = fountain.parse(text)
    debug.sethook()
    if script then fountain.shots(script) end
    return n
  end

  local part = "INT. ROOM - DAY\n\nShe waits *here*. [[note]]\n\nANNA\n(low)\nHello.\n\nCUT TO:\n\n"

  it("is linear in the length", function()
    local small, large = steps(part:rep(500)), steps(part:rep(4000))
    assert.is_true(large <= 8 * small * 1.1 + 10, ("%d for one, %d for eight"):format(small, large))
  end)

  it("is bounded for hostile text", function()
    local n = os.getenv "STUDIO_GC_TORTURE" and 1000 or 100000  -- a collector that never rests is square itself
    for name, text in pairs {
      notes = ("[["):rep(n), closed = ("[[x]]"):rep(n), note_lines = ("[[\n"):rep(n),
      boneyard = ("/*"):rep(n),
      boneyards = ("/**/"):rep(n), boneyard_lines = ("/*\n*/\n"):rep(n), stars = ("*"):rep(n),
      star_words = ("*a "):rep(n),
      under = ("_a "):rep(n), spaces = "A" .. (" "):rep(n) .. "B", hashes = "INT. A " .. ("#"):rep(n),
      hash_words = "INT. A " .. ("#a"):rep(n), blank = ("\n"):rep(n), capitals = ("A"):rep(n) .. "\nx",
      keys = ("Key: v\n"):rep(n), colons = (":"):rep(n), brackets = "A" .. ("("):rep(n) .. "\nx",
      backslashes = ("\\"):rep(n), notes_in_dialogue = "ANNA\n" .. ("x [[y]]\n"):rep(n),
      soft = "ANNA\nx\n" .. ("  \n"):rep(n),
    } do
      local script = assert(fountain.parse("INT. A\n\n" .. text), name)
      assert.is_true(#fountain.shots(script) >= 1, name)
      fountain.parse(text)  -- as a title page, too
    end
  end)
end)
