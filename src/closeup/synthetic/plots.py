"""What people say: exchanges by plot, with slots for the things of a story.

An exchange is a chain in which each line answers, explains or opposes the one before it, so that
its order can be worked out; but it may begin with an answer or an order and end with a question,
so that the form of a line does not give its place away. A, B and C are whoever is present; slots
in braces are filled from the story (`thing`, `place`, `next`) or drawn from SLOTS.
"""

PLOTS: dict[str, tuple[str, ...]] = {
    "lost thing": (
        "A: My {thing} is gone! | B: Gone since when? | A: Since {when}, I think. "
        "| B: {when_cap}? Then it can't be far.",
        "A: I left it by the {spot}. | B: Which {spot}? There are {number}. "
        "| A: The {colour} one. | B: I looked behind the {colour} one already.",
        "A: Don't step there. | B: Why not? | A: Tracks. {number_cap} toes, see? "
        "| B: A {beast} has {number} toes, hasn't it?",
        "A: The {beast} took it. | B: You saw the {beast}? | A: I saw its tail. "
        "| C: A tail proves nothing!",
        "A: Found your {thing}. | B: Where was it? | A: Under the {spot}. "
        "| B: I sat on that {spot} all morning!",
    ),
    "delivery": (
        "A: This goes to {next}. | B: On foot? | A: The bridge is out, so yes. "
        "| B: Then I want {number} {coins}.",
        "A: Is it heavy? | B: Heavier than a {beast}. | A: Swap with me, then. "
        "| B: Gladly. Mind the {colour} string.",
        "A: Who signs for this? | B: I do. Your pen, please. | A: I gave my pen to {C}. "
        "| C: I traded it for {food}.",
        "A: It is ticking. | B: Parcels don't tick. | A: This one does. Listen! "
        "| B: Oh. That is only my watch.",
        "A: You are late by {number} hours. | B: We met a {beast}. | A: Was it friendly? "
        "| B: It ate the map.",
    ),
    "contest": (
        "A: {number_cap} rounds, no rests. | B: And the prize? | A: A {thing}, new. "
        "| B: For a {thing} I would do {number} more.",
        "A: I was ahead by a nose. | B: Whose nose? | A: Mine, of course. "
        "| C: With that nose you win standing still.",
        "A: Again! You crossed the line. | B: What line? | A: The {colour} one. "
        "| B: The rain washed it off before {when}.",
        "A: Train with me until {when}. | B: What did we agree on rest? | A: Rest comes after. "
        "| B: You said that {number} days ago.",
        "A: Count me out. | B: Your knee again? | A: The other one. "
        "| B: Lean on me, then, as far as {next}.",
    ),
    "storm": (
        "A: Smell that? Rain. | B: I smell only {food}. | A: Wait, then. "
        "| B: A drop! You were right.",
        "A: Tie it to the {spot}. | B: With what rope? | A: Your belt will do. "
        "| B: And what holds up my trousers?",
        "A: The roof leaks in {number} places. | B: Put a pot under each. "
        "| A: We own two pots. | C: Two, and a {thing}. Pass it over.",
        "A: Did you shut the door? | B: I thought you did. | A: So who is knocking? "
        "| B: The wind, I hope.",
        "A: It is over. Look, a star. | B: Where? | A: Left of the {spot}. "
        "| B: That star is moving.",
    ),
    "feast": (
        "A: We need {food} for {number}. | B: I have enough for two. "
        "| A: Cut it small. | B: Smaller than crumbs?",
        "A: Taste this. | B: Too much salt. | A: I put in no salt! "
        "| B: Then what was in the {colour} jar?",
        "A: Who invited the {beast}? | B: It followed {C} home. "
        "| C: I only gave it {food}. | A: Well, set another plate.",
        "A: Stir, don't stop. | B: For how long? | A: Until it turns {colour}. "
        "| B: It was {colour} an hour ago.",
        "A: One piece is left. | B: I had {number}, take it. | A: I had more. "
        "| C: So it is mine, thank you.",
    ),
    "ghost": (
        "A: Something moved. | B: A curtain? | A: There are no curtains. | B: Then hold my hand.",
        "A: It said my name. | B: In what voice? | A: A bit like {C}'s. "
        "| C: I have been here all along!",
        "A: Bring the {thing} closer. | B: Why me? | A: You are nearest. | B: Not any more.",
        "A: Ghosts hate {food}. | B: Says who? | A: My {kin}, who met {number}. "
        "| B: And where is your {kin} now?",
        "A: It was just a {beast}. | B: With a sheet on? | A: Our sheet, from {next}. "
        "| B: So that's where it went.",
    ),
    "treasure": (
        "A: {number_cap} steps from the {spot}. | B: Big steps or small? "
        "| A: It only says steps. | B: Then it depends on whose legs.",
        "A: The map is upside down. | B: So north is there? | A: No, there. "
        "| B: Then we came the wrong way before {when}.",
        "A: My spade hit something. | B: Wood or stone? | A: It sounds hollow. "
        "| B: Hollow is good. Dig on!",
        "A: Empty. | B: It can't be. | A: One {colour} button, that is all. "
        "| C: That button is off my coat.",
        "A: Half for you. | B: Half of {number}? | A: Yes, and I keep the odd one. "
        "| B: You always keep the odd one.",
    ),
    "machine": (
        "A: It runs on {food}. | B: Nothing runs on {food}. | A: Feed it and see. | B: It burped!",
        "A: Pull the {colour} lever. | B: Both are {colour}. | A: The left one. "
        "| B: My left or yours?",
        "A: One screw is left over. | B: From which part? | A: The wheel. "
        "| B: That wheel just rolled past.",
        "A: Stand back, it is hot. | B: How hot? | A: It melted the {thing}. "
        "| B: I borrowed that {thing} from {C}!",
        "A: It works! | B: What does it do? | A: It hums. | B: For {number} weeks we built a hum?",
    ),
    "stray beast": (
        "A: It wants to stay. | B: How can you tell? | A: It sleeps on my {thing}. "
        "| B: Then the {thing} is lost.",
        "A: What does a {beast} eat? | B: Mostly {food}. | A: We are out of that. "
        "| B: So what is it chewing?",
        "A: Call it. | B: By what name? | A: {C} named it {pet}. | C: {pet}! Come to {next}!",
        "A: The owner put up a sign. | B: Any reward? | A: {number_cap} {coins}. "
        "| B: I'd pay {number} to keep it.",
        "A: It bit me. | B: Hard? | A: Softly, like a joke. | B: Then it was one.",
    ),
    "escape": (
        "A: The guard sleeps at noon. | B: And at night? | A: Snores. "
        "| B: Then we go by the snores.",
        "A: That wall is too high. | B: Stand on my back. | A: You are ticklish. "
        "| B: Not when I'm scared.",
        "A: They saw us! | B: How many? | A: {number_cap}, and a {beast}. "
        "| B: I'll take the {number}. The {beast} is yours.",
        "A: Hide in the {spot}. | B: We are two, it holds one. | A: Breathe in. "
        "| B: I did that already.",
        "A: Nobody follows. | B: Wait until {next}. | A: Why there? "
        "| B: I told them we would go elsewhere.",
    ),
    "letter": (
        "A: A letter came for you. | B: From whom? | A: It smells of {food}. | B: My {kin}, then.",
        "A: Read it aloud. | B: Some of it is wet. | A: Read the dry part. "
        "| B: It says bring {number} of something.",
        "A: She wants an answer before {when}. | B: I can't write that fast. "
        "| A: Say it, and I will write. | B: Begin with sorry.",
        "A: Whose seal is this? | B: A {beast}, so {C}'s. | C: I never wrote it. "
        "| A: Then somebody has your ring.",
        "A: I burnt it. | B: Unread? | A: I know what it says. | B: So does everyone at {next}.",
    ),
    "illness": (
        "A: Your tongue is {colour}. | B: I ate {food}. | A: How much of it? "
        "| B: What comes after {number}?",
        "A: Drink this. | B: All of it? | A: To the last drop. | B: The last drop winked at me.",
        "A: Stay in bed until {when}. | B: But the {thing}! | A: {C} can carry it. "
        "| C: With my back?",
        "A: Is it catching? | B: Only for a {beast}. | A: I feel a bit furry. "
        "| B: That is your scarf.",
        "A: I'm well again! | B: Then help me up. | A: What is wrong? | B: I think I have it now.",
    ),
    "painting": (
        "A: Hold still. | B: My nose itches. | A: Which side? | B: The one you are painting.",
        "A: It looks nothing like me. | B: It is a {beast}. | A: Why is it in my coat? "
        "| B: It was cold until {when}.",
        "A: I need more {colour}. | B: You used {number} tubes! | A: It is a big sky. "
        "| B: The sky is grey today.",
        "A: They hung it upside down. | B: Did anyone notice? | A: Only {C}. "
        "| C: I noticed it got better.",
        "A: Sold! | B: For how much? | A: A {thing} and some {food}. | B: So we eat tonight.",
    ),
    "wager": (
        "A: I can stay silent for {number} hours. | B: Starting when? | A: Now. | B: You lost.",
        "A: Bet you a {thing}. | B: I have one. | A: Then two. | B: What would I do with three?",
        "A: Flip the coin. | B: It has two heads. | A: That's why I chose heads. "
        "| C: And why I chose you to pay.",
        "A: You owe me {food}. | B: Since {when}? | A: And interest. "
        "| B: Here. I bit off the interest.",
        "A: Double or nothing. | B: I have nothing. | A: So double is nothing? "
        "| B: Now you see how I do it.",
    ),
}
"""At least five exchanges a plot, told in this order or nearly."""

COMMON: tuple[str, ...] = (
    "A: To {next}, quick. | B: What is at {next}? | A: {C}'s {kin}. | B: The one with the {beast}?",
    "A: We were here before. | B: I don't remember it. | A: You slipped on {food}. "
    "| B: That I remember.",
    "A: Hungry? | B: I could eat a {beast}. | A: I have {food}. | B: Nearly as good.",
    "A: First the {thing}, then {next}. | B: Why that order? | A: Try it the other way. "
    "| B: I see. First the {thing}.",
    "A: You are humming. | B: It keeps me calm. | A: What is the tune? "
    "| B: The one your {kin} hated.",
    "A: Careful, that's {C}'s. | B: I only touched it. | C: It is in {number} pieces! "
    "| B: I touched it {number} times.",
    "A: Did you bring the {thing}? | B: You had it. | A: I handed it to {C}. "
    "| C: And I set it on the {spot}.",
    "A: I dreamt of a {colour} {beast}. | B: What did it want? | A: {food_cap}. "
    "| B: Don't they all.",
    "A: My feet hurt. | B: Take off the boots. | A: These are {C}'s boots. "
    "| C: So that's why mine pinch!",
    "A: Keep your voice down. | B: Who is listening? | A: That {beast}. | B: It is stuffed, {A}.",
    "A: What time is it? | B: Half past something. | A: Past what? "
    "| B: The clock fell in the {food}.",
    "A: Give me a push. | B: Ready? | A: Not yet! | B: Too late.",
)
"""Exchanges that fit any plot."""

THOUGHTS: tuple[str, ...] = (
    "Did I lock the door at {place}?",
    "If {A} sneezes now, we are lost.",
    "That {beast} knows something.",
    "I should have brought {food}.",
    "{number_cap} more minutes. Maybe {number} more.",
    "Nobody must see the {thing}.",
    "My {kin} warned me about this.",
    "Was it left or right at the {spot}?",
    "They think I am asleep.",
    "{A} is up to something.",
    "So this is what {colour} smells like.",
    "One more word about the {thing} and I go home.",
)

CAPTIONS: tuple[str, ...] = (
    "Meanwhile, in the {place} …",
    "Later, in the {place}.",
    "{when_cap} had come and gone.",
    "Nobody at {next} slept that night.",
    "It was {number} miles on foot.",
    "The {thing} was heavier now.",
    "{A} told it differently afterwards.",
    "And so it went for {number} days.",
    "The {beast} had seen it all.",
    "By then the {food} had gone cold.",
    "What {A} did not know: {B} had a plan.",
    "There was still the matter of the {thing}.",
)

SHOUTS: tuple[str, ...] = (
    "{A}! Behind you!",
    "Not the {thing}!",
    "Hold on to the {spot}!",
    "A {beast}!",
    "Everybody out!",
    "Get down, {A}!",
    "Wait for me!",
    "It's loose again!",
    "My {food}!",
    "Run for {next}!",
)

SIGNS: dict[str, tuple[str, ...]] = {
    "street": ("{kin_cap} & Sons, {food}", "No {beast}s", "To {next}", "Mind the {spot}"),
    "forest": ("To {next}", "{beast_cap}s, keep out", "Lost: 1 {thing}", "{number_cap} miles"),
    "kitchen": ("Hot {food} here", "Wash your paws", "{colour_cap} jar: salt", "Closed"),
    "harbour": ("Pier {number}", "Boats to {next}", "Fresh {food}", "No swimming"),
    "classroom": (
        "{number} + {number} = ?",
        "Spell: {thing}",
        "Quiet, please",
        "Exam after {when}",
    ),
    "castle": ("Tower closed", "Ring for {A}", "No {beast}s", "To {next}"),
    "desert": ("Water: {number} miles", "To {next}", "Last {food}", "Turn back"),
    "space": ("Airlock {number}", "Dock {number}", "Danger: {food}", "Earth, that way"),
    "shop": ("{thing_cap}s, {number} {coins}", "Open until {when}", "Sale", "{food_cap}, cheap"),
    "attic": ("Box {number}: {thing}", "Do not open", "{kin_cap}'s things", "Fragile"),
    "farm": ("Eggs, {number} {coins}", "Mind the {beast}", "Fresh {food}", "Shut the gate"),
    "train": ("Car {number}", "Next: {next}", "No {food}", "Emergency {thing}"),
    "cave": ("{number_cap} steps down", "Beware of the {beast}", "Way out", "Hard hats"),
    "beach": ("No {beast}s", "Deep water", "{food_cap} for {number} {coins}", "To {next}"),
}

SOUNDS: tuple[str, ...] = (
    "BAM!", "CRASH!", "WHOOSH", "SPLASH!", "CLANG!", "THUD", "ZZAP!", "CREAK", "BOOM!", "SNAP!",
    "POW!", "RATTLE", "KLONK", "SWISH", "TAP TAP", "RUMBLE", "FWOOP!", "CRACK!", "PLOP", "HISS",
)  # fmt: skip

SLOTS: dict[str, tuple[str, ...]] = {
    "beast": ("goat", "heron", "badger", "mule", "weasel", "walrus", "toad", "crow", "hedgehog",
              "camel", "owl", "moth", "ferret", "goose", "lynx", "crab", "newt", "magpie"),
    "food": ("soup", "turnips", "plum cake", "herring", "dumplings", "porridge", "noodles",
             "pickles", "gingerbread", "cheese", "radishes", "pancakes", "stew", "honey",
             "chestnuts", "rice pudding", "mushrooms", "jam"),
    "colour": ("green", "yellow", "purple", "orange", "white", "brown", "pink", "grey", "blue",
               "black", "striped", "spotted"),
    "number": ("three", "four", "five", "six", "seven", "eight", "nine", "eleven", "twelve",
               "thirteen", "twenty", "forty"),
    "when": ("Monday", "breakfast", "last night", "noon", "Sunday", "dawn", "Easter", "lunch",
             "yesterday", "midnight", "Friday", "supper"),
    "kin": ("aunt", "uncle", "cousin", "brother", "sister", "grandmother", "godfather", "niece",
            "nephew", "grandfather"),
    "spot": ("well", "stove", "gate", "barrel", "bench", "ladder", "stump", "wardrobe", "mast",
             "pump", "trunk", "cart", "chimney", "crate"),
    "coins": ("crowns", "pennies", "shillings", "ducats", "florins", "groats"),
    "pet": ("Biscuit", "Major", "Tuppence", "Gravy", "Duchess", "Pickle", "Noodle", "Admiral"),
}  # fmt: skip
