//! A news article, the quotes in it, and edits as newsrooms make them.

pub(super) const BODY: &str = "\
ERBIL — The cabinet will meet on Monday to approve the new budget, officials said on Thursday.

“We need the support of everyone who has a part in it,” said Nadia Karim, the finance minister. \
“Without the provinces, this plan can't succeed.”

Karim said that the ministry would publish the full figures before the end of October. She added \
that salaries would be paid on time.

“No comment,” said a spokesman for the oil company. The governor of Duhok, Azad Salih, declined to \
speak to reporters.

Opposition leader Peshawa Omar was less cautious. “The government has lost the trust of the \
people, and it knows it,” he told supporters in Sulaymaniyah. Omar said the vote should be put off \
until a new audit is finished.

“We expect growth of exports in the first quarter,” said Leila Hassan of the chamber of commerce. \
“We expect growth of imports in the second quarter,” said her deputy, Karwan Aziz.

Asked about the border crossing, the interior ministry said: “It will open again next week.” A \
second crossing stays closed, according to the ministry.

“No comment,” said the embassy when asked about the talks. According to two diplomats, the talks \
broke down on Tuesday after eleven hours.

Teachers in Halabja said they had not been paid since July. “My children ask me every day when I \
will work again,” said Shilan Rashid, a teacher of physics.";

/// The quotes of the article.
pub(super) const QUOTES: &[&str] = &[
    "[The cabinet will meet on Monday to approve the new budget], officials",
    "“[We need the support of everyone who has a part in it],” said Nadia",
    "“[Without the provinces, this plan can't succeed].”",
    "Karim said that [the ministry would publish the full figures before the end of October]. She",
    "She added that [salaries would be paid on time].",
    "“[No comment],” said a spokesman for the oil company",
    "“[The government has lost the trust of the people, and it knows it],” he told",
    "Omar said [the vote should be put off until a new audit is finished].",
    "“[We expect growth of exports in the first quarter],” said Leila Hassan",
    "“[We expect growth of imports in the second quarter],” said her deputy",
    "ministry said: “[It will open again next week].”",
    "[A second crossing stays closed], according",
    "“[No comment],” said the embassy",
    "diplomats, [the talks broke down on Tuesday after eleven hours].",
    "Halabja said [they had not been paid since July].",
    "“[My children ask me every day when I will work again],” said Shilan",
];

/// One edit: what it replaces, and the quotes that do not just stand where their
/// surroundings do: what each becomes, nothing where it is to be gone.
pub(super) struct Edit {
    pub(super) what: &'static str,
    pub(super) replace: &'static [(&'static str, &'static str)],
    pub(super) become_: &'static [(&'static str, Option<&'static str>)],
}

pub(super) const EDITS: &[Edit] = &[
    Edit {
        what: "nothing but a word elsewhere",
        replace: &[("less cautious", "blunter")],
        become_: &[],
    },
    Edit {
        what: "a paragraph inserted at the top",
        replace: &[("ERBIL — ", "This article was corrected on Friday.\n\nERBIL — ")],
        become_: &[],
    },
    Edit {
        what: "a paragraph inserted between two quotes",
        replace: &[(
            "Karim said that the ministry",
            "The plan foresees cuts in every ministry and a hiring freeze of two years.\n\nKarim said \
             that the ministry",
        )],
        become_: &[],
    },
    Edit {
        what: "curly quotes made straight", replace: &[("“", "\""), ("”", "\"")], become_: &[]
    },
    Edit {
        what: "an apostrophe made curly",
        replace: &[("can't", "can’t")],
        become_: &[("Without", Some("“[Without the provinces, this plan can’t succeed].”"))],
    },
    Edit {
        what: "lines broken anew and double spaces",
        replace: &[("who has a part", "who\nhas a  part"), ("paid on time", "paid\u{a0}on time")],
        become_: &[
            ("We need", Some("“[We need the support of everyone who\nhas a  part in it],” said")),
            ("salaries", Some("added that [salaries would be paid\u{a0}on time].")),
        ],
    },
    Edit {
        what: "a soft hyphen and a dash",
        replace: &[
            ("government has", "govern\u{ad}ment has"),
            ("people, and it", "people — and it"),
        ],
        become_: &[(
            "The government",
            Some("“[The govern\u{ad}ment has lost the trust of the people — and it knows it],” he"),
        )],
    },
    Edit {
        what: "a quote reworded in two words",
        replace: &[("everyone who has a part", "everybody who has a role")],
        become_: &[(
            "We need",
            Some("“[We need the support of everybody who has a role in it],” said"),
        )],
    },
    Edit {
        what: "a quote made longer at its end: its words stand",
        replace: &[("a part in it,” said Nadia", "a part in it, in Baghdad too,” said Nadia")],
        become_: &[(
            "We need",
            Some("“[We need the support of everyone who has a part in it], in Baghdad too,” said"),
        )],
    },
    Edit {
        what: "a quote cut at its end",
        replace: &[("of the people, and it knows it,”", "of the people,”")],
        become_: &[(
            "The government",
            Some("“[The government has lost the trust of the people],” he"),
        )],
    },
    Edit {
        what: "a quote with another ending",
        replace: &[("a part in it,” said Nadia", "a part in this long process,” said Nadia")],
        become_: &[(
            "We need",
            Some("“[We need the support of everyone who has a part in this long process],” said"),
        )],
    },
    Edit {
        what: "a quote with another beginning",
        replace: &[
            ("“My children ask me", "“Every evening my children ask me"),
            ("every day when", "when"),
        ],
        become_: &[(
            "My children",
            Some("“[Every evening my children ask me when I will work again],” said"),
        )],
    },
    Edit {
        what: "indirect speech reworded",
        replace: &[(
            "should be put off until a new audit is finished",
            "must be put off until the audit is done",
        )],
        become_: &[(
            "the vote",
            Some("Omar said [the vote must be put off until the audit is done]."),
        )],
    },
    Edit {
        what: "a quote reworded and a paragraph inserted before it",
        replace: &[
            (
                "Teachers in Halabja said",
                "Banks will stay open on Saturday, the central bank announced.\n\nTeachers in Halabja said",
            ),
            ("My children ask me every day", "My kids ask me daily"),
        ],
        become_: &[(
            "My children",
            Some("“[My kids ask me daily when I will work again],” said Shilan"),
        )],
    },
    Edit {
        what: "one word of a quote exchanged and a paragraph inserted before it",
        replace: &[
            (
                "Teachers in Halabja said",
                "Banks will stay open on Saturday, the central bank announced.\n\nTeachers in Halabja said",
            ),
            ("My children ask", "My kids ask"),
        ],
        become_: &[(
            "My children",
            Some("“[My kids ask me every day when I will work again],” said Shilan"),
        )],
    },
    Edit {
        what: "a paragraph removed",
        replace: &[(
            "Karim said that the ministry would publish the full figures before the end of October. She \
             added that salaries would be paid on time.\n\n",
            "",
        )],
        become_: &[("the ministry would", None), ("salaries", None)],
    },
    Edit {
        what: "one of two people with the same words removed",
        replace: &[("“No comment,” said a spokesman for the oil company. ", "")],
        become_: &[("No comment],” said a", None)],
    },
    Edit {
        what: "the other of the two removed",
        replace: &[("“No comment,” said the embassy when asked about the talks. ", "")],
        become_: &[("No comment],” said the", None)],
    },
    Edit {
        what: "a quote removed whose neighbour is alike",
        replace: &[(
            "“We expect growth of exports in the first quarter,” said Leila Hassan of the chamber of \
             commerce. ",
            "",
        )],
        become_: &[("We expect growth of exports", None)],
    },
    Edit {
        what: "the neighbour removed",
        replace: &[(
            " “We expect growth of imports in the second quarter,” said her deputy, Karwan Aziz.",
            "",
        )],
        become_: &[("We expect growth of imports", None)],
    },
    Edit {
        what: "a negation added",
        replace: &[("It will open again next week", "It will not open again next week")],
        become_: &[("It will open", None)],
    },
    Edit {
        what: "a negation taken away",
        replace: &[("they had not been paid", "they had been paid")],
        become_: &[("they had not", None)],
    },
    Edit {
        what: "a figure changed",
        replace: &[("after eleven hours", "after nine hours")],
        become_: &[("the talks broke", None)],
    },
    Edit {
        what: "the order of sentences changed",
        replace: &[(
            "Asked about the border crossing, the interior ministry said: “It will open again next week.” A \
              second crossing stays closed, according to the ministry.",
            "A second crossing stays closed, according to the ministry. Asked about the border crossing, \
              the interior ministry said: “It will open again next week.”",
        )],
        become_: &[],
    },
    Edit {
        what: "a paragraph moved to the top",
        replace: &[
            (
                "\n\nAsked about the border crossing, the interior ministry said: “It will open again next week.” \
              A second crossing stays closed, according to the ministry.",
                "",
            ),
            (
                "ERBIL — ",
                "Asked about the border crossing, the interior ministry said: “It will open again \
              next week.” A second crossing stays closed, according to the ministry.\n\nERBIL — ",
            ),
        ],
        become_: &[],
    },
    Edit {
        what: "a quote removed and its like said by another far away",
        replace: &[
            (
                "Opposition leader Peshawa Omar was less cautious. “The government has lost the trust of the \
              people, and it knows it,” he told supporters in Sulaymaniyah. ",
                "",
            ),
            (
                "said Shilan Rashid",
                "said Shilan Rashid. “The company has lost the trust of the market, and it \
              knows it,” added Dana Faraj",
            ),
        ],
        become_: &[("The government", None)],
    },
    Edit {
        what: "the same words added by another speaker",
        replace: &[(
            "said Shilan Rashid",
            "said Shilan Rashid. “It will open again next week,” hoped a trader, Hiwa Ali",
        )],
        become_: &[],
    },
    Edit {
        what: "the attribution reworded beside a quote that stays",
        replace: &[(
            "said Nadia Karim, the finance minister",
            "Finance Minister Karim told reporters",
        )],
        become_: &[(
            "We need",
            Some("“[We need the support of everyone who has a part in it],” Finance"),
        )],
    },
    Edit {
        what: "a letter's case and a full stop changed",
        replace: &[(
            "A second crossing stays closed, according",
            "a second crossing stays closed; according",
        )],
        become_: &[(
            "A second",
            Some("“It will open again next week.” [a second crossing stays closed]; a"),
        )],
    },
    Edit {
        what: "everything rewritten",
        replace: &[(BODY, "The cabinet met. Nothing was decided, and no one spoke to the press.")],
        become_: &[
            ("The cabinet", None),
            ("We need", None),
            ("Without", None),
            ("the ministry would", None),
            ("salaries", None),
            ("No comment],” said a", None),
            ("The government", None),
            ("the vote", None),
            ("We expect growth of exports", None),
            ("We expect growth of imports", None),
            ("It will open", None),
            ("A second", None),
            ("No comment],” said the", None),
            ("the talks broke", None),
            ("they had not", None),
            ("My children", None),
        ],
    },
];
