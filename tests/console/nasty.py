"""A value that does harm wherever it is taken for anything else than text."""

NASTY = '"><script>document.title="x"</script><img src=x onerror=alert(1)>\u202e&\''
