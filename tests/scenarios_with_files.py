"""Scenarios that name files and the later keys, small enough to be spoilt ten thousand times, and the files that they name."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "creators.csv": "handle,channel,followers,fee per post,gift,commission rate,promo code,discount,posts,topics,content\n"
    "@ann,wall,6,94,18.50,8%,ANN,10%,1,food,\n@bob,wall,9,0,,,,,2,food; sport,own\n@cem,wall,4,20,,,CEM,5%,,sport,\n",
    "shares.csv": "kind,value,share\nregion,north,0.6\nregion,south,0.4\nage,18-24,30%\nage,25+,70%\ninterest,food,0.5\n",
    "followers.csv": "username,location,posts\n" + "".join(f"@m{i},town {i % 3},{i}\n" for i in range(30)),
    "spans.csv": "source,target,from,to\n"
    + "".join(f"{i},{(7 * i + 3) % 30},{i % 9},{i % 9 + 9}\n" for i in range(30)),
    "signed.csv": "source,target,sign\n"
    + "".join(f"{i},{(7 * i + 3) % 30},{1 - 2 * (i % 3 // 2)}\n" for i in range(30)),
    "draws.csv": "content.post.appeal,channels.wall.visibility\n0.2,0.4\n0.3,0.5\n0.25,0.45\n",
}
HEAD = """
viralsim: 1
name: with files
seed: 5
worlds: 4
horizon: 20h
channels: {wall: {visibility: 0.4, engagement_rate: 0.1, network: NETWORK}}
"""
GENERATED = "{generate: {mean_following: 6}}"
CREATORS = (
    HEAD.replace("NETWORK", GENERATED)
    + """
audience: {demographics: shares.csv, members: 80, topics: {sport: 0.3}}
currency: EUR
launch_at: Monday 09:00
content:
  post:
    appeal: 0.3
    topics: {food: 1}
    conversion_rate: 0.5
    funnel: {click: {owned: 2%, paid: 1%, asked: 3%, earned: 3%}, landing: 80%, checkout: 60%, returned: 2%}
    value: 40
    customer: {repeat: 35%, orders: 3, every: 30 days, discount_rate: 10%}
    recall_rate: 4%
  own: {appeal: 0.2, topics: {food: 1}, value: 40}
campaign:
  content: post
  paid: [{channel: wall, boost: "@ann", boost_to: beyond, budget: 2, cpm: 9, frequency_cap: 3}, {budget: 1, cpm: 9}]
  advocates:
    file: creators.csv
    posts_at: [Monday 12:00, 12h]
    willingness: 90%
    followers_differ: allow
    programme: {hours_per_week: 6, cost_per_hour: 9}
  fees: {production: 35, agency: 5, agency_share: 12%}
  earned_media_cpm: 7
  interventions: [{at: 5h, remove: {best_followed: 3}}, {at: 8h, visibility: 0.2}]
  stop_when: {shares: 30}
arms: {advertising: {campaign.advocates: null, campaign.paid: [{budget: 3, cpm: 9}]}, creators: {}}
baseline: advertising
goal: {measure: conversions, matters_from: 1, cost_per_sale_at_most: 60}
goals: {conversions: 3, reach: 1}
"""
)
PEOPLE = """
content: {post: {appeal: 0.3, value_usd: 3, conversion_rate: 0.1}}
campaign:
  content: post
  organic: [{channel: wall, members: 2}]
  advocates:
    creators: [{handle: "@dan", followers: 5, flat_fee: 3, posts: 1}, {handle: eva, followers: 7, fee_per_post: 2}]
    posts_at: [0h, 4h]
"""
FOLLOWERS = (
    HEAD.replace("NETWORK", GENERATED)
    + "audience: {members_file: followers.csv}\nuncertain: {joint: {file: draws.csv, draws: 3}}"
    + PEOPLE
)
TEMPORAL = (
    HEAD.replace("NETWORK", "{file: spans.csv, temporal: true, edge_means: source reaches target}")
    + "audience: {}"
    + PEOPLE.replace("[{channel: wall, members: 2}]", "[{members: [1, 2]}]")
)
SPANS_ALONE = TEMPORAL[: TEMPORAL.index("  advocates:")]
SIGNED = (
    HEAD.replace("NETWORK", "{file: signed.csv, tie_sign: sign, edge_means: source reaches target}")
    + """audience: {}
field_test: {treatment: two, control: one, measure: shares, units: [member, community], share: 0.5}
arms: {one: {campaign.advocates: null}, two: {}}
uncertain: {joint: {rows: {content.post.appeal: [0.2, 0.3]}}, channels.wall.visibility: {from: 0.2, to: 0.5}}
variants: {weak: {content.post.appeal: 0.1}}
baseline: one
sweep: {parameters: {content.post.appeal: {values: [0.1, 0.2]}}, constraints: [content.post.appeal < 0.5], quantiles: [0.1]}
viral_when: {largest_cascade_fraction: 0.1}
flop_when: {earned_shares_at_most: 1}
"""
    + PEOPLE
)
MARKET = (
    HEAD.replace("NETWORK", GENERATED + ", sends: {share: 40%, reaches: 2, trust: 2}")
    + """
launch_at: Friday 18:00
audience:
  demographics: shares.csv
  members: 80
  segments: {region: [], community: [], interest_food: [0.3, 0.6]}
  buying: {spread: 2}
  prospects: 40
  attention: {feed_capacity: 8, background_posts: 1, rivals: {other: {impressions_per_day: 30}}}
  calendar:
    weekdays: {friday: 1.5, saturday: 0.7}
    seasons: [{name: sale, starts: 2h, ends: 9h, factor: 2}]
    events: [{name: match, at: 5h, factor: 3, half_life: 2h}]
content:
  post: {appeal: 0.3, topics: {food: 1}, conversion_rate: 0.2, value: 9}
  other: {appeal: 0.2}
campaign:
  content: post
  frequency_goal: 2
  owned: [{channel: wall, followers: 20, posts_at: [0h], every: 6h, ends: 18h}]
  paid:
    - {budget: 1, cpm: 9, frequency_goal: 2, target: {segments: {region: [north]}, who: audience}}
    - {budget: 1, cpm: 9, target: {who: prospects}}
  advocates:
    among: {region: [south]}
    posts_at: [0h, 4h]
    followers_differ: allow
    creators:
      - {handle: dan, followers: 5, flat_fee: 3, posts_at: [1h, 8h], exclusive: true}
      - {handle: eva, followers: 7, fee_per_post: 2, exclusivity: 4}
goal: {measure: conversions, among: {region: [north]}}
"""
)
TEXTS = {
    "market": MARKET,
    "creators": CREATORS,
    "followers": FOLLOWERS,
    "temporal": TEMPORAL,
    "spans": SPANS_ALONE,
    "signed": SIGNED,
}


def write_files(folder: Path) -> None:
    """The files that the scenarios name, in a folder."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
