-- Each request sends a document: the first word is its type, the second its file.
function init(words)
    local file = assert(io.open(words[2], "rb"))
    wrk.method = "POST"
    wrk.headers["Content-Type"] = words[1]
    wrk.body = file:read("*a")
    file:close()
end
