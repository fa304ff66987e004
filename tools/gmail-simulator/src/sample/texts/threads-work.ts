// Threads at work. `#` begins one with its subject; each line is a message: A began it, R is the
// mailbox's owner, B and C are others. ` / ` begins a paragraph, {…} is filled in once per thread.
export const workThreads = `
# Budget for {quarter}
A: attached is the first draft of the budget for {quarter}. The travel line is a guess until the conference dates are settled. / Please look at rows 12 to 18 before {day}.
R: The hosting figure looks low to me: we paid {amount} last quarter and have grown since.
A: Good catch. I forgot the second region. The new figure is {amount2}.
B: I would rather move the training budget than cut it. Could hardware give something?
A: Agreed, I have moved {amount} from hardware. The two laptops can wait until spring.
B: Finance wants the final numbers by {day} noon.
R: Fine with me as it stands. Does the {amount2} include tax?
A: It does not. I have added a note to the cell and locked the sheet. Thank you all.

# Moving the {project} release
A: we found a problem with the migration in {project}: on large accounts it takes forty minutes instead of four. / I propose that we move the release to {day} and use the time to test with a copy of real data.
R: Can we release without that migration and run it later?
A: Not easily, the new index depends on it.
R: Then {day} it is. I will tell support.
B: I can reproduce it. The slow part is one query, I have a patch.
B: With the patch it takes three minutes on the copy. Review welcome.
C: Reviewed, two small remarks, nothing that blocks.
B: Both fixed. Shall I merge?
A: Yes please. Great work.
B: Merged. The nightly run is green.
R: Support says thank you, there were no tickets this time.

# Question about invoice {number}
A: we received invoice {number} over {amount}, but our order was for three units and you have charged four. / Could you have a look?
R: Sorry about that. You are right, the fourth was added by mistake. I will send a corrected invoice today.
R: The corrected one is attached. Please discard the first.
A: Received and paid, thank you for the quick answer.

# Interview with {name}
A: {name} comes in on {day} at two. Could you take the technical part? / The CV and the work sample are attached.
R: Happy to. How long do I have?
A: An hour, then coffee with the team.
R: My notes: strong on design, little experience with operations. I liked the work sample a lot, especially the tests. A clear yes from me.
B: Same here. Good questions, too.
A: Then I will call tomorrow.
A: We have a yes! First day is the first of next month.
R: Wonderful. I will order a desk.

# Notes from today's call with {company}
A: quick notes before I forget: / They like the prototype, want single sign-on before the pilot, and asked twice about data retention. / Next step is a written offer by {day}. I can write it if you give me the numbers.
R: Single sign-on is two weeks of work. I would offer it for the second phase.
A: That is what I hoped. And retention?
R: Thirty days by default, configurable. I will write a paragraph that you can paste.
A: Perfect, the offer is out. I copied you in.
A: They signed. Pilot starts on the first of {month}.

# {project}: who is on call over the holidays?
A: we need names for the weeks around the holidays. I can do the first one. / Please write yourselves into the sheet by {day}.
B: I take the second week, I am in town anyway.
R: I can do New Year's Eve, but not the day after.
C: Then I take the day after. Quiet as always, I hope.
A: All set, thank you. The phone is in the top drawer.

# Draft of the {project} announcement
A: here is a first draft of the announcement. It is too long, I know. Please cut without mercy.
R: I would drop the second paragraph and start with the example. People skim.
B: The screenshot shows the old menu.
A: Both done. The new version is half as long and says more, I think.
R: Much better. Ship it.

# Desk move on {day}
A: a short reminder that we move desks on {day}. Please put your things into the boxes by the lift by 16:00 and label your chair. / Monitors are moved by the technicians, not by us.
R: Is the plant by the window coming with us?
A: The plant is part of the team.
B: Chairs are labelled. Mine says "not a toy".

# Travel to {place}
A: I am booking the train to {place} now. Out on {day} at 7:05, back the next evening. Shall I take two seats?
R: Yes please, with a table if there is one.
A: Done: coach 21, seats 45 and 46. The hotel is ten minutes from the office, {amount} for both rooms.
R: Thank you. I will bring the demo laptop.
A: Train is twenty minutes late, I am on platform 6 with coffee.

# Slow queries since {day}
A: the dashboard has been slow since {day}, about eight seconds for the first page. Nothing was deployed then.
R: The statistics of the orders table are from last month. I am running an analyze.
A: Back to 300 ms. How did you know?
R: It is nearly always that. I have added an alert for it.
B: Should this be in the runbook?
R: It is now, page 14.

# Offer {number}
A: thank you for your interest. Please find attached our offer {number} for the work we discussed, {amount} net, valid for thirty days. / We could begin in the second week of {month}.
R: Thank you. Does the price include the travel to {place}?
A: It includes two visits; further ones at cost.
R: Then we accept. Please send the papers to me.
A: With pleasure, they are attached. We look forward to working with you.

# Feedback on your talk
A: I was in the third row on {day}. The part about measuring before guessing was the best half hour of the conference for me. / Are the slides online somewhere?
R: That is very kind. They are not yet, I am attaching them.
A: Thank you! Would you give the same talk at our meetup in {place}? We are about forty people and there is pizza.
R: I would love to. Any Thursday in {month} works.
A: The third one, then. I will announce it.

# Accessibility review of {project}
A: the review is done. Three things matter: the focus is lost after closing a dialogue, two colours have too little contrast, and the table has no headings for a screen reader.
R: I take the focus and the table. Who has the colours?
B: Me. The grey becomes darker, nobody will notice but everybody can read it.
B: Colours are in. Contrast is 5.2 now.
R: Focus and table are in, too. Could you run it again?
A: All green, and the keyboard tour is a joy. Thank you both.

# Contract for {name}
A: the contract for {name} is ready to be signed. I need two signatures by {day}; scans are fine.
R: Signed, scan attached. The second signature has to be {name2}'s, I think.
A: Right, and it has arrived. The original goes into the cabinet.

# Small bug in the export
A: a customer found that the export puts the decimal comma where the spreadsheet wants a point. It is harmless until somebody adds up the column.
R: Ouch. Which language was the account set to?
A: German. In English it is fine.
R: Found it: one formatter for the page and the file. The fix is in review.
B: Looks good. I added a test with four languages.
A: The customer confirms. He also sends cake, which is at reception.

# Onboarding next week
A: {name} starts on Monday. Could each of you take an hour in the first week and show one thing you love about how we work?
R: I will show the release button and why it is boring.
B: I take the architecture walk, with biscuits.
C: And I show where the good coffee is.
A: Then it is a perfect first week.

# Retrospective {month}
A: the notes are in the wiki. In one sentence: fewer meetings worked, the two long reviews did not. / Actions: pair on anything over 400 lines, and a fixed hour for reviews after lunch.
R: Can the fixed hour be before lunch? I am useless after it.
A: Before lunch it is.
B: Seconded by everybody who has eaten with Robin.

# Workshop in {place}
A: I have a room for the workshop in {place} on {day}: eight seats, a whiteboard, daylight. It costs {amount} for the day with lunch. / Shall I book it?
R: Yes please. Could we start at ten? The first train arrives at 9:20.
A: Ten is fine, they have coffee from nine.
B: I bring the sticky notes. The good ones.
C: What should we read before?
R: Only the two pages I sent last week. If you have read one and a half, you are ahead of most.
A: Booked. Address and door code are in the calendar.
C: Here are my photographs of the whiteboard. Number three is the one we want to keep.
R: Thank you. I have typed it up, the open questions have names on them now.
A: Mine is done.
B: Mine too. Shall we do this every quarter?
`;
