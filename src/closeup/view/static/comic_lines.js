"use strict";
// Requests of the page to its own server: a mistake comes back as {error: one line}, and what goes
// on for a while as lines of JSON.

{
  /** What was wrong with an answer, in one line. */
  const why = async (response) => {
    try {
      return (await response.json()).error || response.statusText;
    } catch {
      return `the viewer answered ${response.status}`;
    }
  };

  const asked = async (url, options) => {
    let response;
    try {
      response = await fetch(url, options);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Error("the viewer does not answer: is it still running?");
    }
    if (response.ok) return response;
    const problem = new Error(await why(response));
    problem.status = response.status;
    throw problem;
  };

  closeup.json = async (url, options) => (await asked(url, options)).json();

  /** The events of an answer, each as it comes. An event {error} is thrown. */
  closeup.lines = async function* (url, options) {
    const reader = (await asked(url, options)).body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        const event = JSON.parse(line);
        if (event.error) throw new Error(event.error);
        yield event;
      }
    }
  };
}
