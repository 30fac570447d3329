--- Projects are verified before anything is given to them; offers and the escape hatch.
local check = require "std.check"

local projects = {}

projects["a clouds.yaml entry is a project, verified by its log-in"] = function(t)
  local project = t.a:project("project-b")
  check.equal(project.id, t.b.project_id)
  check.equal(project.verified, true)
  check.equal(project.cloud, "project-b")
end

projects["a project is found by its ID too"] = function(t)
  check.equal(t.a:project(t.b.project_id).id, t.b.project_id)
  check.equal(t.a:project(t.a.project_id).source, "token")
end

projects["a ghost is refused, by name and by ID"] = function(t)
  local err = check.raises("not_found", function()
    t.a:project("projct-b")
  end)
  check.matches(err.advice, "project%-b")
  check.raises("not_found", function()
    t.a:project("0123456789abcdef0123456789abcdef")
  end)
end

projects["share refuses a ghost and changes nothing"] = function(t)
  local image = t:image { visibility = "private" }
  check.raises("not_found", function()
    t:recipe("share", t.a, { image = image.id, project = { "project-b", "no such project" } })
  end)
  check.equal(image:refresh().visibility, "private")
end

projects["share takes a ghost on trust when told to"] = function(t)
  local image = t:image()
  local ghost = "0123456789abcdef0123456789abcdef"
  local members = t:recipe("share", t.a, { image = image.id, project = { ghost }, unverified = true })
  check.equal(members[1].member_id, ghost)
  local gone = t:recipe("unshare", t.a, { image = image.id, project = { ghost }, yes = true })
  check.equal(gone[1].servers, "unchecked")
end

projects["share does not take a community image away from everybody"] = function(t)
  local image = t:image { visibility = "community" }
  check.raises("conflict", function()
    t:recipe("share", t.a, { image = image.id, project = { "project-b" } })
  end)
  check.equal(image:refresh().visibility, "community")
  t:recipe("share", t.a, { image = image.id, project = { "project-b" }, yes = true })
  check.equal(image:refresh().visibility, "shared")
end

projects["offers are other projects' images, in any status, and not one's own"] = function(t)
  local name = t:name("offer")
  local image = t:image { name = name }
  t:image({ name = name }, t.b)
  image:add_member(t.b.project_id)
  local offers = t.b:offers({ image = name }):collect()
  check.equal(#offers, 1)
  check.equal(offers[1].id, image.id)
  t.b:image(image.id):reject()
  check.equal(#t.b:offers({ image = name, from = "project-a" }):collect(), 1)
  check.equal(#t.b:offers({ image = name, status = "accepted" }):collect(), 0)
  check.equal(#t.b:offers({ image = name, from = "project-c" }):collect(), 0)
  image:update { os_hidden = true }
  check.equal(#t.b:offers({ image = name }):collect(), 0)
  check.equal(t.b:offers({ image = name, os_hidden = true }):first().id, image.id)
end

projects["accept takes an offer by name beside an own image of that name"] = function(t)
  local name = t:name("same")
  local image = t:image { name = name }
  t:image({ name = name }, t.b)
  image:add_member(t.b.project_id)
  local members = t:recipe("accept", t.b, { image = { name } })
  check.equal(members[1].image_id, image.id)
  check.equal(members[1].status, "accepted")
  check.equal(t:recipe("accept", t.b, { image = { name }, reject = true })[1].status, "rejected")
end

projects["accept wants images or --all, and knows what is not offered"] = function(t)
  check.raises("usage", function()
    t:recipe("accept", t.b, {})
  end)
  check.raises("not_found", function()
    t:recipe("accept", t.b, { image = { "never offered" } })
  end)
end

projects["list shows what is shared with whom"] = function(t)
  local image = t:image()
  image:add_member(t.b.project_id)
  local found
  for _, row in ipairs(t:recipe("list", t.a, { shared = true })) do
    if row.id == image.id then found = row end
  end
  check.equal(found.member_id, t.b.project_id)
  for _, row in ipairs(t:recipe("list", t.b, { offers = true })) do
    if row.id == image.id then found = row end
  end
  check.equal(found.member_status, "pending")
  check.equal(found.owner, t.a.project_id)
end

projects["the escape hatch sends any request and raises what its status means"] = function(t)
  local image = t:image()
  local answer = t.a:request("GET", "/v2/images/" .. image.id)
  check.equal(answer.status, 200)
  check.equal(answer.body.id, image.id)
  local err = check.raises("not_found", function()
    t.a:request("GET", "/v2/images/nothing")
  end)
  check.equal(err.status, 404)
  check.equal(err.op, "GET /v2/images/nothing")
end

return projects
