--- Secrets are typed in many forms; none is in the history, in a saved script, or in any output.
--: repl
--: env OS_PASSWORD=
--: exit 0 1 2 3
--: makes here/saved.lua
x = { password = "hunter2-Zq81-PASSWORD" }; x = nil
y = "Authorization: Bearer hunter2-Zq81-PASSWORD"; y = nil
z = { api_key = "hunter2-Zq81-PASSWORD" }; z = nil
u = "https://alice:hunter2-Zq81-PASSWORD@cloud/v3"; u = nil
v = { ["X-Auth-Token"] = "gAAAA-Zq81-TOKEN-of-the-hostile-cloud" }; v = nil
w = { credentials = { pw = "hunter2-Zq81-PASSWORD" } }; w = nil
q = "https://s3/x?X-Amz-Signature=hunter2-Zq81-PASSWORD&key=1"; q = nil
