"""Template of code without storage, which most code of a project is."""

PLAIN = '''\
def summary_{number}(records, limit={number}):
    """Adds up the sizes of some records."""
    total = 0
    names = []
    for record in records:
        size = int(record.get("size", 0))
        if size > limit:
            names.append(record["name"].strip().lower())
            continue
        total += size
    average = total / len(records) if records else 0
    print(f"{{total}} bytes, {{average:.1f}} each, {{len(names)}} left out")
    return {{"total": total, "average": average, "names": sorted(names)}}


'''
