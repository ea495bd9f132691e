# python: 3.12
# f-strings as they are since 3.12: the same quotes inside, backslashes, comments, any nesting, many lines.
songs = ["Take me back", "Ei pä", "\N{snowman} \"quoted\""]
people = {"ada": {"born": 1815, "langs": ["en", "fr"]}, "alan": {"born": 1912, "langs": ["en"]}}

print(f"Playlist: {", ".join(songs)}")
print(f"{"\n".join(f"- {song.replace("\"", "'")!r}" for song in songs)}")
print(f"{f"{f"{f"{1 + 1}"}"}"}")
print(f"{people["ada"]["born"]} {people["ada"]["langs"][-1]:>4} {"\N{BLACK STAR}"}")
print(f"""total {
    sum(
        person["born"]  # a comment, with a quote " in it
        for person in people.values()
    ):,}
in {len(people)} rows""")
width, kind = 14, "e"
print(f"{1234.5678:{width}.{2 if kind == "e" else 0}{kind}}|{"x":{"-"}{"^"}{width // 2}}|")
print(f"{"".join(f"{name[0].upper()}{name[1:]}={"/".join(person["langs"])};" for name, person in people.items())}")
print(f'{'a' 'b'}{"c"}' f"{'"'}{"'"}", f"{lambda_result if (lambda_result := (lambda: "called")()) else ""}")
print(f"{(x := 5)=} {x!r:>3} {x:=+5} {"a=b"=}", len(f"{'\t'}\\{"\t"}"))

#=> Playlist: Take me back, Ei pä, ☃ "quoted"
#=> - 'Take me back'
#=> - 'Ei pä'
#=> - "☃ 'quoted'"
#=> 2
#=> 1815   fr ★
#=> total 3,727
#=> in 2 rows
#=>       1.23e+03|---x---|
#=> Ada=en/fr;Alan=en;
#=> abc"' called
#=> (x := 5)=5   5 +   5 "a=b"='a=b' 3
