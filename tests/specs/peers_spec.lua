--- What today's clients get wrong, each case by its name: here it comes out right.
---
--- The names are those of a survey of python-openstackclient, python-glanceclient and openstacksdk. The
--- binary's own share of them (stdin, notes to the person) is in tests/suite/peers.rs.
local check = require "std.check"
local fs = require "fs"
local list = require "std.list"
local try = require "std.try"

local peers = {}

peers["ghost member: a project that cannot be verified is refused"] = function(t)
  local image = t:image { visibility = "private" }
  local err = check.raises("not_found", function()
    t:recipe("share", t.a, { image = image.id, project = { "projB" } })
  end)
  check.matches(err.message, "projB")
  check.equal(image:refresh().visibility, "private")
end

peers["accept by name: the one who must accept finds the pending image by its name"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id)
  check.equal(t.b:images({ name = image.name }):first(), nil)
  check.equal(t:recipe("accept", t.b, { image = { image.name } })[1].status, "accepted")
end

peers["two scopes: one call shares and accepts, and a second one is no error"] = function(t)
  local image = t:image { visibility = "private" }
  for _ = 1, 2 do
    local args = { image = image.name, project = { t.b.name }, accept = true }
    check.equal(t:recipe("share", t.a, args)[1].status, "accepted")
  end
end

peers["tag paging: both tags hold past the first page"] = function(t)
  local red, blue = t:name "red", t:name "blue"
  local wanted = {}
  for i = 1, 5 do
    wanted[i] = t:image({ tags = { red, blue } }).id
    t:image { tags = { blue } }
  end
  local found = list.map(t.a:images { tags = { red, blue }, page_size = 2 }, "id")
  check.equal(list.sort_by(found), list.sort_by(wanted))
end

peers["swallowed import: a refused import raises, a failed one tells the server's reason"] = function(t)
  local image = t:image { disk_format = "raw", container_format = "bare" }
  check.raises("conflict", function()
    image:import { method = "glance-direct" }
  end)
  local err = check.raises("conflict", function()
    image:import { method = "web-download", uri = "http://127.0.0.1:9/disk.raw", wait = 60 }
  end)
  check.truthy(#tostring(err) > 40, tostring(err))
end

peers["glance-download body: region and image are sent without an interface"] = function(t)
  local source = t:active_image()
  local other = t:elsewhere()
  local image = t:image({ disk_format = "raw", container_format = "bare" }, other)
  local done = image:import { method = "glance-download", region = t.a.region, source = source.id, wait = 60 }
  check.equal(done.os_hash_value, source.os_hash_value)
end

peers["cut download: goes on where it was cut, and nothing half is left"] = function(t)
  local text = ("a block of a disk "):rep(10000)
  local image, file = t:active_image { data = text }, t:name "down"
  t.sandbox.faults "image-download cut=50000 count=2"
  check.equal(image:download { file = file }, #text)
  check.equal(fs.read(file) == text, true)
  check.equal(fs.exists(file .. ".part"), false)
  fs.remove(file)
  local ranges = list.filter(t.sandbox.requests(), function(line)
    return line:find("/file", 1, true) and line:find " 206$"
  end)
  check.equal(#ranges, 2)
end

peers["retry without rewind: after a 503 all of the data are sent again"] = function(t)
  local text = ("a block of a disk "):rep(10000)
  local image = t:image { disk_format = "raw", container_format = "bare" }
  t.sandbox.faults "image-upload status=503 count=1"
  check.equal(image:upload({ data = text }).size, #text)
  check.equal(image:download() == text, true)
end

peers["orphan queued: a create that fails leaves no image"] = function(t)
  local name = t:name "orphan"
  check.raises("invalid", function()
    t:image { name = name, disk_format = "qcow2", container_format = "bare", data = "this is no qcow2" }
  end)
  check.equal(t.a:find_image(name), nil)
end

peers["consumers left behind: unshare says which servers run from the image"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id)
  local gone = t:recipe("unshare", t.a, { image = image.id, all = true, yes = true })
  check.equal(gone[1].member_id, t.b.project_id)
  check.truthy(gone[1].servers, "what is known of its servers")
end

peers["private and back: members that come back are listed for who shares again"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id)
  image = image:update { visibility = "private" }
  t:recipe("share", t.a, { image = image.id, project = { t.c.name } })
  local members = t:recipe("list", t.a, { members = image.id })
  check.equal(#members, 2)
end

peers["owner change: accepting leaves the owner as it is"] = function(t)
  local image = t:image()
  t:recipe("share", t.a, { image = image.id, project = { t.b.name }, accept = true })
  check.equal(image:refresh().owner, t.a.project_id)
end

peers["delete of a missing one: says that it is not there, and the rest goes on"] = function(t)
  local gone, left = t:image(), t:image()
  gone:delete()
  local task = require "task"
  local _, errors = task.parallel({ gone, left }, function(image)
    image:delete()
  end, { keep_going = true })
  check.equal(#errors, 1)
  check.equal(errors[1].error.kind, "not_found")
  check.matches(errors[1].error.message, gone.id:gsub("%-", "%%-"))
  check.equal(t.a:find_image(left.id), nil)
end

peers["weak check: data are held against the strong hash, not MD5 alone"] = function(t)
  local image = t:active_image()
  check.equal(#image.os_hash_value, 128)
  t.sandbox.faults "image-download wrong-hash"
  local err = check.raises("integrity", function()
    image:download()
  end)
  check.matches(err.message, "sha512")
end

peers["token end: a transfer goes on with a new token"] = function(t)
  local text = ("a block of a disk "):rep(10000)
  local image = t:active_image { data = text }
  t.sandbox.faults { "image-download cut=50000 count=1", "image-download end-token after=1 count=1" }
  check.equal(image:download() == text, true)
end

peers["duplicate names: none is picked, and each is told by its ID"] = function(t)
  local name = t:name "twin"
  local one, two = t:image { name = name }, t:image { name = name }
  local err = check.raises("ambiguous", function()
    t.a:image(name)
  end)
  for _, image in ipairs { one, two } do
    check.truthy(tostring(err):find(image.id, 1, true), tostring(err))
  end
end

peers["stuck import: ends, and says what it was waiting for"] = function(t)
  t.sandbox.faults "image-import import=hang"
  local image = t:image { disk_format = "raw", container_format = "bare" }
  image:stage { data = "some bytes of a disk" }
  local _, err = try(image.import, image, { method = "glance-direct", wait = 2 })
  check.equal(err.kind, "unavailable")
  check.matches(err.message, "importing")
end

return peers
